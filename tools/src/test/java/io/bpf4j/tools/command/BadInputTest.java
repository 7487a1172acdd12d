package io.bpf4j.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.tools.command.ToolProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong before the kernel is asked: a clear line, exit code 2 (3 for what is not there to be traced). */
class BadInputTest {
    private static final String GOOD = """
            const u32 limit = 5;
            const bool flag = true;
            probe uprobe:c:getpid { if (flag && pid() > limit) printf("%d\\n", pid()); }
            """;

    @TempDir
    private Path directory;

    private String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    private static void expect(int code, String message, String... arguments) throws Exception {
        Result result = ToolProcess.run(arguments);
        assertEquals(code, result.code(), result.errors());
        assertEquals("", result.output());
        assertTrue(result.isOneLine(), result.errors());
        assertTrue(result.errors().startsWith("bpf4j: " + message), result.errors());
    }

    @Test
    void filesThatAreNoProbesAreOneLine() throws Exception {
        Path missing = directory.resolve("missing.probe");
        expect(2, "there is no file " + missing, "run", missing.toString());
        expect(2, "cannot read " + directory + ": Is a directory", "run", directory.toString());
        Path binary = Files.write(directory.resolve("binary"), new byte[]{(byte) 0xff, 0, (byte) 0xfe, 1, 2});
        expect(2, binary + " is no text in UTF-8", "run", binary.toString());
    }

    @Test
    void anEmptyFileHasNoProbe() throws Exception {
        Result result = ToolProcess.run("run", file("empty.probe", ""));
        assertEquals(2, result.code());
        assertTrue(result.errors().contains("there is no probe in this file"), result.errors());
    }

    @Test
    void damagedObjectsAreOneLine() throws Exception {
        Path object = directory.resolve("good.o");
        assertEquals(new Result(0, "", ""),
                ToolProcess.run("compile", file("good.probe", GOOD), "-o", object.toString()));
        byte[] bytes = Files.readAllBytes(object);
        Path cut = Files.write(directory.resolve("cut.o"), java.util.Arrays.copyOf(bytes, bytes.length / 2));
        expect(2, cut.toString(), "run", cut.toString());
        expect(2, cut.toString(), "disasm", cut.toString());
    }

    @Test
    void everyMistakeOfARunHasItsLineAndCaret() throws Exception {
        Result result = ToolProcess.run("run", file("wrong.probe", """
                map hash<u32, u64> m(64);
                probe uprobe:c:getpid {
                    m[1] = unknown;
                    u32 x = "text";
                    m.nothing(x);
                }
                """));
        assertEquals(2, result.code());
        for (String expected : List.of("wrong.probe:3:12: error: unknown name 'unknown'", "m[1] = unknown;",
                "^~~~~~~", "wrong.probe:4:13: error: ",
                "wrong.probe:5:7: error: 'm' has no method 'nothing'")) {
            assertTrue(result.errors().contains(expected), result.errors());
        }
    }

    @Test
    void variablesThatAreTooLargeAreShownWhereTheyAreDeclared() throws Exception {
        Result result = ToolProcess.run("run", file("large.probe", """
                probe uprobe:c:getpid {
                    char text[40000];
                    text[pid()] = 1;
                    printf("%s", text);
                }
                """));
        assertEquals(2, result.code());
        for (String expected : List.of("large.probe:2:10: error: 'text' takes 40000 bytes; ",
                "needs 40000 bytes of memory for large variables, but there are 32760",
                "char text[40000];", "^~~~", "hint: make it smaller, or keep it in a map")) {
            assertTrue(result.errors().contains(expected), result.errors());
        }
    }

    @Test
    void severalSyntaxErrorsAreToldAtOnce() throws Exception {
        Result result = ToolProcess.run("run", file("syntax.probe", """
                probe uprobe:c:getpid {
                    u32 x = ;
                }
                probe uprobe:c:getppid {
                    y(;
                }
                """));
        assertEquals(2, result.code());
        assertTrue(result.errors().contains("syntax.probe:2:13: error: "), result.errors());
        assertTrue(result.errors().contains("syntax.probe:5:7: error: "), result.errors());
    }

    @Test
    void mistypedWordsAreComparedWithTheKnown() throws Exception {
        expect(2, "unknown command 'rum'\nhint: did you mean run?", "rum", "x.probe");
        expect(2, "unknown option: '--fromat'\nhint: did you mean --format?", "run", "x.probe", "--fromat");
    }

    @Test
    void settingsMustNameAConstantAndFitIt() throws Exception {
        String good = file("good.probe", GOOD);
        expect(2, "--set limt: there is no constant limt; there are limit, flag", "run", good, "--set",
                "limt=5");
        expect(2, "--set limit: 'abc' is no u32", "run", good, "--set", "limit=abc");
        expect(2, "--set limit: 5000000000 does not fit u32", "run", good, "--set", "limit=5000000000");
        expect(2, "value for option '--set'", "run", good, "--set", "limit");
    }

    @Test
    void userModeNeedsAProcess() throws Exception {
        expect(2, "user mode runs in the processes that it traces, and none was named",
                "run", file("good.probe", GOOD), "--mode", "user");
    }

    @Test
    void targetsThatAreNotThereAreThree() throws Exception {
        String good = file("good.probe", GOOD);
        expect(3, "there is no process 99999999", "run", good, "-p", "99999999");
        expect(3, "there is no program no-such-program", "run", good, "--", "no-such-program");
    }

    @Test
    void whatCannotBeWrittenIsSaidWithItsReason() throws Exception {
        String good = file("good.probe", GOOD);
        Path nowhere = directory.resolve("nowhere/file");
        expect(1, "cannot write " + nowhere + ": its directory does not exist", "disasm", good, "--output",
                nowhere.toString());
        assumeTrue(Files.exists(Path.of("/dev/full")), "this machine has no /dev/full");
        expect(1, "cannot write /dev/full: no space left on device", "disasm", good, "--output", "/dev/full");
        expect(1, "cannot write /dev/full: no space left on device", "compile", good, "-o", "/dev/full");
    }

    @Test
    void helpFitsEightyColumns() throws Exception {
        for (List<String> command : List.of(List.of("--help"), List.of("run", "--help"),
                List.of("compile", "--help"), List.of("disasm", "--help"), List.of("probes", "--help"),
                List.of("features", "--help"), List.of("demo", "--help"))) {
            Result result = ToolProcess.run(command.toArray(String[]::new));
            assertEquals(0, result.code());
            assertEquals(List.of(), result.output().lines().filter(line -> line.length() > 80).toList());
        }
    }
}
