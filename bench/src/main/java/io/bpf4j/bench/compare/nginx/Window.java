package io.bpf4j.bench.compare.nginx;

import java.util.concurrent.TimeUnit;

/**
 * What a server did in a time.
 *
 * @param from when it began, nanoseconds of {@link System#nanoTime}
 * @param to when it ended
 * @param requests answered
 * @param processorTime of the serving process, nanoseconds
 */
record Window(long from, long to, long requests, long processorTime) {

    private record Moment(long time, long requests, long processorTime) {
        static Moment of(Server server) {
            long requests = server.requests();
            return new Moment(System.nanoTime(), requests, server.processorTime());
        }
    }

    /** Watches a server for a time. */
    static Window watch(Server server, long milliseconds) throws InterruptedException {
        Moment start = Moment.of(server);
        TimeUnit.MILLISECONDS.sleep(milliseconds);
        Moment end = Moment.of(server);
        return new Window(start.time(), end.time(), end.requests() - start.requests(),
                end.processorTime() - start.processorTime());
    }

    /** Returns requests per second. */
    double rate() {
        return requests * 1e9 / (to - from);
    }

    /** Returns microseconds of processor time per request. */
    double cost() {
        return processorTime / 1e3 / requests;
    }
}
