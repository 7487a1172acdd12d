package io.bpf4j.tools.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bpf4j.tools.command.ToolProcess;
import io.bpf4j.vm.conformance.ConformanceCase;
import io.bpf4j.vm.conformance.ConformanceCase.Expectation;
import io.bpf4j.vm.conformance.ConformanceCorpus;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code bpf4j vm} as runners of conformance suites call it. */
class VmCommandTest {

    private static final String RETURN_7 = "b7 00 00 00 07 00 00 00 95 00 00 00 00 00 00 00";
    private static final String FIRST_BYTE = "71 10 00 00 00 00 00 00 95 00 00 00 00 00 00 00";

    private record Result(int code, String output, String errors) {}

    private static Process start(String... arguments) throws IOException {
        return new ProcessBuilder(ToolProcess.command(arguments)).start();
    }

    private static Result run(String input, String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output, errors);
    }

    @ParameterizedTest
    @EnumSource
    void everyEngineRunsAProgram(EngineName engine) throws Exception {
        assertEquals(new Result(0, "2a\n", ""),
                run(FIRST_BYTE, "vm", "--engine", engine.toString(), "--memory", "2a"));
        assertEquals(new Result(0, "7\n", ""), run(RETURN_7, "vm", "--engine", engine.toString()));
    }

    @Test
    void theMemoryMayBeTheFirstArgument() throws Exception {
        assertEquals(new Result(0, "ff\n", ""), run(FIRST_BYTE, "vm", "ff 00"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "95 00|bpf4j: instruction 0: has 2 bytes, not 8|1",
        "ff00000000000000|bpf4j: instruction 0: unknown opcode 0xff|1",
        "9500000000000000 9|bpf4j: the program: an odd number of hex digits (17)|2",
        "95 00 zz|bpf4j: the program: 'z' is not a hex digit|2",
        "7912000000000000 9500000000000000|bpf4j: instruction 0: reads 8 bytes at 0x0|1",
        "0500ffff00000000 9500000000000000|bpf4j: instruction 0: the budget of 1000 instructions is used up|1",
        "''|bpf4j: instruction 0: the program is empty|1"})
    void badInputIsOneLine(String input, String message, int code) throws Exception {
        Result result = run(input, "vm", "--budget", "1000");
        assertTrue(result.errors().startsWith(message), result::errors);
        assertEquals(1, result.errors().lines().filter(line -> !line.startsWith("hint: ")).count(),
                result::errors);
        assertEquals("", result.output());
        assertEquals(code, result.code());
    }

    @Test
    void aBatchAnswersEveryLine() throws Exception {
        Result result = run(
                """
                        {"id":1,"prog":"b7000000070000009500000000000000"}
                        {"prog":"b7000000070000009500000000000000","id":"two","engine":"native","x":[{}]}
                        {"id":3,"prog":"9500"}
                        {"id":4}

                        nonsense
                        {"id":5,"prog":"95","engine":"gpu"}
                        """,
                "vm", "--batch", "--engine", "jvm");
        assertEquals("""
                {"id":1,"r0":"7"}
                {"id":"two","r0":"7"}
                {"id":3,"error":"instruction 0: has 2 bytes, not 8"}
                {"id":4,"error":"\\"prog\\" is missing"}
                """, result.output().lines().limit(4).map(line -> line + "\n").reduce("", String::concat));
        List<String> rest = result.output().lines().skip(4).toList();
        assertTrue(rest.get(0).startsWith("{\"id\":null,\"error\":\"not JSON: "), rest::toString);
        assertTrue(rest.get(1).startsWith("{\"id\":5,\"error\":\"there is no engine \\\"gpu\\\""),
                rest::toString);
        assertEquals("", result.errors());
        assertEquals(0, result.code());
    }

    /** One process for the whole corpus, answering each line before it gets the next. */
    @ParameterizedTest
    @EnumSource
    void theConformanceCorpus(EngineName engine) throws Exception {
        List<String> wrong = new ArrayList<>();
        Process process = start("vm", "--batch", "--budget", "1000000", "--engine", engine.toString());
        try (BufferedWriter in = process.outputWriter(StandardCharsets.UTF_8);
                BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (ConformanceCase one : ConformanceCorpus.all()) {
                if (engine == EngineName.KERNEL && one.kernelRefusal().isPresent()) {
                    continue;
                }
                HexFormat hex = HexFormat.of();
                in.write("{\"id\":\"" + one.name() + "\",\"prog\":\"" + hex.formatHex(one.bytes())
                        + "\",\"mem\":\""
                        + hex.formatHex(one.memory()) + "\"}\n");
                in.flush();
                Map<String, String> answer = parse(out.readLine());
                assertEquals(one.name(), answer.get("id"));
                boolean right = switch (one.expected()) {
                    case Expectation.Returns(long r0, byte[] memory) ->
                        Long.toHexString(r0).equals(answer.get("r0"));
                    case Expectation.Fails fails -> answer.containsKey("error");
                };
                if (!right) {
                    wrong.add(one.name() + ": " + answer);
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(0, process.waitFor());
    }

    private static Map<String, String> parse(String line) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        try (JsonParser json = new JsonFactory().createParser(line)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                fields.put(json.currentName(), json.nextTextValue());
            }
        }
        return fields;
    }
}
