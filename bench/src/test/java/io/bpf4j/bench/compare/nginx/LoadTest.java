package io.bpf4j.bench.compare.nginx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** On what wrk 4.1 printed. */
class LoadTest {

    private static final String GOOD = """
            Running 12s test @ https://127.0.0.1:18443/1k
              1 threads and 64 connections
              Thread Stats   Avg      Stdev     Max   +/- Stdev
                Latency    25.73ms   46.42ms 447.21ms   91.85%
                Req/Sec     4.79k     3.89k   20.02k    86.14%
              51462 requests in 12.00s, 62.03MB read
            Requests/sec:   4287.52
            Transfer/sec:      5.17MB
            """;
    private static final String TIMEOUTS = """
            Running 25s test @ https://127.0.0.1:18443/1k
              1 threads and 64 connections
              Thread Stats   Avg      Stdev     Max   +/- Stdev
                Latency   111.64ms  183.51ms 931.40ms   85.57%
                Req/Sec     1.43k     1.55k    6.18k    87.04%
              10505 requests in 25.07s, 12.66MB read
              Socket errors: connect 0, read 0, write 0, timeout 125
            Requests/sec:    419.01
            Transfer/sec:    517.21KB
            """;
    private static final String NOT_FOUND = GOOD.replace("Requests/sec",
            "  Non-2xx or 3xx responses: 51462\nRequests/sec");

    @Test
    void aGoodRunHasNoErrors() {
        assertEquals(Optional.empty(), Load.errors(GOOD));
    }

    @Test
    void timeoutsAreErrors() {
        assertEquals(Optional.of("wrk: Socket errors: connect 0, read 0, write 0, timeout 125"),
                Load.errors(TIMEOUTS));
    }

    @Test
    void answersThatAreNoFilesAreErrors() {
        assertEquals(Optional.of("wrk: Non-2xx or 3xx responses: 51462"), Load.errors(NOT_FOUND));
    }

    @Test
    void aRunWithoutSummaryIsAnError() {
        assertTrue(Load.errors("unable to connect to 127.0.0.1:18443 Connection refused").orElseThrow()
                .contains("Connection refused"));
    }

    @Test
    void lostOrMissingEventsMakeNumbersWorthless() {
        Completeness complete = new Completeness();
        complete.add(10_000, 10_003, 0);
        assertTrue(complete.problems().isEmpty());
        Completeness missing = new Completeness();
        missing.add(10_000, 9_700, 0);
        assertEquals(1, missing.problems().size());
        Completeness lost = new Completeness();
        lost.add(10_000, 10_000, 5);
        assertEquals(1, lost.problems().size());
    }
}
