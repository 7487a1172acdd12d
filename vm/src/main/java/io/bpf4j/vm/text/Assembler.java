package io.bpf4j.vm.text;

import io.bpf4j.vm.text.AssemblyException.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads the text form of instructions: what {@link Disassembler}, {@code llvm-objdump} and a programmer write.
 *
 * <pre>
 * start:
 *     call bpf_get_current_pid_tgid   ; or: call 14, call get_current_pid_tgid
 *     r0 >>= 32
 *     if r0 != 0x2a goto done         ; or: goto +3
 *     r1 = map[counts] ll             ; leaves a reference to the map by name
 *     r2 = map[.bss][0]+8 ll          ; to a byte in the only value of one
 *     r3 = 0x123456789abcdef0 ll
 * done:
 *     exit
 * </pre>
 *
 * <p>One instruction a line, after any number of labels ({@code name:}; a number with a colon has no meaning). Comments
 * go from {@code ;}, {@code //} or {@code #} to the end of the line, or from {@code /*} to {@code *&#47;}. Numbers are
 * decimal or {@code 0x} hex. A {@code call} of a name is that of a label if there is one, else of a helper, with or
 * without {@code bpf_}. Where the encoding knows no difference, {@code w} registers are as good as {@code r}: in loads
 * that are zero-extended, and stores and {@code lock} operations of up to 32 bits. An immediate of a 32-bit operation
 * may be written unsigned, up to 0xffffffff; that of a 64-bit one is sign-extended, so it may not.
 */
public final class Assembler {

    private Assembler() {}

    /**
     * Assembles a text.
     *
     * @throws AssemblyException with all mistakes that were found, if there are any
     */
    public static Assembly assemble(String text) {
        List<Problem> problems = new ArrayList<>();
        Linker linker = new Linker(problems);
        new Parser(new Cursor(Lexer.tokens(text, problems)), linker, problems).parse();
        Assembly assembly = linker.link();
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
            throw new AssemblyException(problems);
        }
        return assembly;
    }
}
