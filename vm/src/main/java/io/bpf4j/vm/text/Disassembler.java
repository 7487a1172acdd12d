package io.bpf4j.vm.text;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.Reference;
import io.bpf4j.vm.program.SourceLine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Prints instructions as text that {@link Assembler} reads back to the same instructions.
 *
 * <pre>
 * main:
 * ; if (pid() == 42) return; @ demo.probe:3
 *     call 14 /* get_current_pid_tgid *&#47;
 *     r0 >>= 32
 *     if r0 == 42 goto +3 &lt;L6>
 *     r1 = map[counts] ll
 * </pre>
 *
 * <p>The spelling is that of {@code llvm-objdump -d --no-print-imm-hex}, but for what LLVM does not tell apart:
 *
 * <ul>
 * <li>a call of a function of the program is {@code call pc+3}, of a kernel function {@code call kfunc 7} or
 * {@code call kfunc 7 module 2}; LLVM writes both as {@code call 3}, like a helper's;
 * <li>64-bit immediates that are not numbers are {@code map[fd:3]}, {@code map[fd:3][0]+8}, {@code map[idx:3]},
 * {@code map[idx:3][0]+8}, {@code var[btf:3]}, {@code var[btf:3, module:4]} and {@code subprog[+3]}, much as bpftool
 * has them, followed by {@code ll}; LLVM writes {@code ld_pseudo} and leaves out the high half;
 * <li>an indexed packet load shows its offset, {@code skb[r2 + 4]};
 * <li>loads, and stores of registers, always have {@code r} registers, as LLVM does up to {@code -mcpu=v2}; from v3
 * on it writes {@code w} for those of 32 bits and less;
 * <li>32-bit atomic operations always have {@code w} registers, as LLVM does from v3 on.
 * </ul>
 */
public final class Disassembler {

    /**
     * What is printed beside the instructions.
     *
     * @param labels functions' names and {@code L<slot>} at jump targets, on their own line, and {@code <label>} after
     * the distances that lead there
     * @param helperNames the names of helpers, as a comment after their number
     * @param sourceLines the source line where it changes, as a comment line {@code ; text @ file:line}
     * @param slots the slot before every instruction
     */
    public record Options(boolean labels, boolean helperNames, boolean sourceLines, boolean slots) {
        /** Only the instructions. */
        public static final Options PLAIN = new Options(false, false, false, false);
        /** All but the slots. */
        public static final Options READABLE = new Options(true, true, true, false);
        /** Everything. */
        public static final Options FULL = new Options(true, true, true, true);
    }

    private static final String INDENT = "    ";

    private final Options options;

    /** Makes a disassembler. */
    public Disassembler(Options options) {
        this.options = options;
    }

    /** Returns the text of one instruction, without label or comment. */
    public static String text(Insn insn) {
        return InsnText.of(insn);
    }

    /** Prints instructions, a line for each. */
    public String disassemble(List<Insn> instructions) {
        return print(Instructions.of(instructions), List.of(), Labels.of(instructions, List.of()),
                List.of());
    }

    /** Prints a program with the names of its functions and maps, and its source lines. */
    public String disassemble(Program program) {
        return print(Instructions.of(program.instructions()), program.references(),
                Labels.of(program.instructions(), program.functions()), program.lines());
    }

    private String print(Instructions instructions, List<Reference> references, Labels labels,
            List<SourceLine> lines) {
        Map<Integer, Reference> referenceAt = new HashMap<>();
        references.forEach(reference -> referenceAt.put(reference.slot(), reference));
        StringBuilder out = new StringBuilder();
        int nextLine = 0;
        for (int index = 0; index < instructions.size(); index++) {
            int slot = instructions.slotOf(index);
            if (options.labels()) {
                labels.at(slot).ifPresent(label -> out.append(label).append(":\n"));
            }
            for (; nextLine < lines.size() && lines.get(nextLine).slot() <= slot; nextLine++) {
                if (options.sourceLines()) {
                    out.append(comment(lines.get(nextLine)));
                }
            }
            out.append(options.slots() ? String.format("%6d: ", slot) : INDENT);
            Reference reference = referenceAt.get(slot);
            out.append(reference == null
                    ? text(instructions, index, labels)
                    : named(instructions.get(index), reference));
            out.append('\n');
        }
        return out.toString();
    }

    private static String comment(SourceLine line) {
        return "; " + line.text().strip().replaceAll("\\R", " ") + " @ " + line.file() + ":" + line.line()
                + "\n";
    }

    private String text(Instructions instructions, int index, Labels labels) {
        Insn insn = instructions.get(index);
        String text = InsnText.of(insn);
        if (options.labels() && instructions.targetSlot(index).isPresent()) {
            return text + labels.at(instructions.targetSlot(index).getAsInt())
                    .map(label -> " <" + label + ">").orElse("");
        }
        if (options.helperNames() && insn instanceof CallHelper call) {
            return text + Helper.byId(call.id()).map(helper -> " /* " + helper.helperName() + " */")
                    .orElse("");
        }
        return text;
    }

    /** The map's name replaces the immediate where it says all that is in it, and is a comment elsewhere. */
    private static String named(Insn insn, Reference reference) {
        if (insn instanceof LoadImmediate64 load && load.equals(placeholder(load, reference))) {
            return InsnText.of(load.dst(), reference);
        }
        return InsnText.of(insn) + " /* " + InsnText.map(reference).replace("*/", "* /") + " */";
    }

    private static LoadImmediate64 placeholder(LoadImmediate64 load, Reference reference) {
        return switch (reference) {
            case Reference.ToMap toMap -> new LoadImmediate64(load.dst(), Immediate64.MAP, 0, 0);
            case Reference.ToMapValue(var slot, var map, var offset) ->
                new LoadImmediate64(load.dst(), Immediate64.MAP_VALUE, 0, offset);
        };
    }
}
