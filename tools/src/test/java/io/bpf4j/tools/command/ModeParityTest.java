package io.bpf4j.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.loader.feature.Feature;
import io.bpf4j.tools.session.Machine;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A probe says the same of a process in kernel mode and in user mode, value for value. */
class ModeParityTest {

    private static final String VICTIM = """
            #include <stdint.h>
            #include <stdio.h>
            #define KEPT __attribute__((noinline, noclone))
            struct point { int32_t x; uint16_t y; char name[10]; struct point *next; };
            KEPT int8_t narrow(int8_t a, uint8_t b) { __asm__ volatile(""); return a - b; }
            KEPT uint16_t word(int16_t a, uint16_t b, int32_t c) { __asm__ volatile(""); return a + b + c; }
            KEPT int32_t number(int32_t a, uint32_t b, int64_t c, uint64_t d) {
                __asm__ volatile(""); return a + b + c + d;
            }
            KEPT int64_t six(int64_t a, int32_t b, int16_t c, int8_t d, uint64_t e, uint32_t f) {
                __asm__ volatile(""); return a + b + c + d + e + f;
            }
            KEPT struct point *walk(struct point *p) { __asm__ volatile(""); return p ? p->next : p; }
            KEPT int text(const char *s) { __asm__ volatile("" : : "r"(s)); return s != 0; }
            KEPT uint64_t factorial(uint64_t n) {
                uint64_t rest = 1;
                if (n > 1) { rest = factorial(n - 1); __asm__ volatile("" : "+r"(rest)); }
                return n * rest;
            }
            KEPT int inside(int n) {
                int sum = n;
                __asm__ volatile(".globl middle\\nmiddle: lea 17(%0), %0\\n nop\\n nop" : "+r"(sum));
                return sum * 3;
            }
            int main(void) {
                struct point second = {-7, 65535, "second", 0}, first = {2147483647, 1, "first", &second};
                puts("ready");
                fflush(stdout);
                int line;
                while ((line = getchar()) != EOF) {
                    if (line != '\\n') {
                        continue;
                    }
                    for (int i = -3; i < 40; i++) {
                        narrow(i * 7, i);
                        word(i * 1000, i * 3000, i * 70000);
                        number(-i, i, i * 10000000000L, 1UL << (i & 63));
                        six(-i, i * 3, i * 5, i * 7, -1UL - i, ~0U - i);
                        walk(i % 3 ? &first : &second);
                        walk(i % 5 ? 0 : &first);
                        text(i % 2 ? "a text of the victim" : "");
                        text((const char *)(0x1234567890L + i));
                        text((const char *)(-4096L - i));
                        inside(i);
                    }
                    factorial(20);
                    puts("done");
                    fflush(stdout);
                }
                return 0;
            }
            """;

    private static final String PROBE = """
            license "GPL";
            struct point { s32 x; u16 y; char name[10]; u64 next; };
            map hash<u64, u64> returned(4096);
            map hist sizes;
            probe uprobe:exe:narrow(s8 a, u8 b) { printf("narrow %d %u\\n", a, b); }
            probe uretprobe:exe:narrow -> s8 { printf("= %d\\n", retval); returned[(u64)(s64)retval]++; }
            probe uprobe:exe:word(s16 a, u16 b, s32 c) { printf("word %d %u %d\\n", a, b, c); }
            probe uretprobe:exe:word -> u16 { printf("= %u\\n", retval); sizes.add(retval); }
            probe uprobe:exe:number(s32 a, u32 b, s64 c, u64 d) { printf("number %d %u %d %x\\n", a, b, c, d); }
            probe uretprobe:exe:number -> s32 { printf("= %d\\n", retval); }
            probe uprobe:exe:six(s64 a, s32 b, s16 c, s8 d, u64 e, u32 f) {
                printf("six %d %d %d %d %x %x\\n", a, b, c, d, e, f);
            }
            probe uretprobe:exe:six -> s64 { printf("= %d pid %d tid %d uid %d\\n", retval, pid(), tid(), uid()); }
            probe uprobe:exe:walk(point *p) {
                printf("walk %p %d %u %s\\n", p, p->x, p->y, p->name);
            }
            probe uretprobe:exe:walk -> u64 { printf("= %p\\n", retval); }
            probe uprobe:exe:text(char *s) {
                char into[16];
                s64 got = read_user_str(into, s);
                printf("text %p %s %d\\n", s, into, got);
            }
            probe uretprobe:exe:text -> int { printf("= %d %s\\n", retval, comm()); }
            probe uprobe:exe:factorial(u64 n) { printf("factorial %u\\n", n); }
            probe uretprobe:exe:factorial -> u64 { printf("= %u\\n", retval); }
            probe uprobe:exe:inside+0xOFFSET { printf("inside %d\\n", arg0); }
            """;

    @TempDir
    private Path folder;

    @Test
    void everyValueIsTheSameInBothModes() throws Exception {
        try (Machine machine = new Machine()) {
            assumeTrue(machine.features().has(Feature.UPROBE_MULTI), "this kernel lets us attach no uprobes");
        }
        Path program = folder.resolve("parity");
        Files.writeString(folder.resolve("parity.c"), VICTIM);
        output("gcc", "-O2", "-o", program.toString(), folder.resolve("parity.c").toString());
        long offset = address(program, "middle") - address(program, "inside");
        Path probe = folder.resolve("parity.probe");
        Files.writeString(probe, PROBE.replace("OFFSET", Long.toHexString(offset))
                .replace("exe:", program + ":"));
        Process shell = new ProcessBuilder("sh", "-c", "exec 3<&0; " + program
                + " <&3 & echo $!; exec 3<&-; wait").redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader answers = shell.inputReader(); BufferedWriter questions = shell.outputWriter()) {
            String pid = answers.readLine();
            assertEquals("ready", answers.readLine());
            String kernel = output("kernel", probe, pid, questions, answers);
            String user = output("user", probe, pid, questions, answers);
            assertEquals(kernel, user);
            assertEquals(20, kernel.lines().filter(line -> line.startsWith("factorial")).count());
        } finally {
            shell.destroyForcibly();
        }
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        } catch (IOException e) {
            assumeTrue(false, command[0] + " is not installed");
            throw e;
        }
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> String.join(" ", command));
        return text;
    }

    private static long address(Path program, String symbol) throws IOException, InterruptedException {
        return output("nm", program.toString()).lines()
                .filter(line -> line.endsWith(" " + symbol))
                .mapToLong(line -> Long.parseUnsignedLong(line.split(" ")[0], 16)).findFirst().orElseThrow();
    }

    private static String output(String mode, Path probe, String pid, BufferedWriter questions,
            BufferedReader answers) throws IOException, InterruptedException {
        try (ToolProcess tool = ToolProcess.start("run", probe.toString(), "-p", pid, "--mode", mode)) {
            tool.awaitAttached();
            questions.write("\n");
            questions.flush();
            assertEquals("done", answers.readLine());
            tool.signal("TERM");
            ToolProcess.Result result = tool.await();
            assertEquals(0, result.code(), result.errors());
            return result.output();
        }
    }
}
