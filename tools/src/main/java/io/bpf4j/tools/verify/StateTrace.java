package io.bpf4j.tools.verify;

import io.bpf4j.tools.common.Output;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.SourceLine;
import io.bpf4j.vm.text.Disassembler;
import io.bpf4j.vm.verify.VerifierListener;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes what is known before every instruction that is walked, much as the kernel's log of level 2 does: the source's
 * lines behind semicolons, the instruction, and behind it what the registers and the stack hold.
 */
final class StateTrace implements VerifierListener {

    /** More steps than this are counted only. */
    static final int MAX_STEPS = 10_000;

    private final Output output;
    private final Program program;
    private final Instructions instructions;
    private final Map<Integer, String> maps = new HashMap<>();
    private SourceLine last;
    private long steps;
    private int previous = -1;

    StateTrace(Output output, Program program) {
        this.output = output;
        this.program = program;
        this.instructions = Instructions.of(program.instructions());
        program.references().forEach(reference -> maps.put(reference.slot(), reference.map()));
    }

    @Override
    public void step(int slot, Known known) {
        if (steps++ >= MAX_STEPS) {
            return;
        }
        SourceLine line = program.lineAt(slot);
        if (line != null && line.line() > 0
                && (last == null || line.line() != last.line() || !line.file().equals(last.file()))) {
            output.text("; " + line.text().strip() + " @ " + line.file() + ":" + line.line()).line();
        }
        last = line;
        if (previous >= 0 && slot < previous) {
            output.text("from " + previous + " to " + slot + ":").line();
        }
        previous = slot;
        output.text("%4d: %-38s".formatted(slot, text(slot))
                + "  ; " + known.describe()).line();
    }
    private String text(int slot) {
        return maps.containsKey(slot) && instructions.at(slot) instanceof Insn.LoadImmediate64 load
                ? load.dst() + " = map[" + maps.get(slot) + "] ll"
                : Disassembler.text(instructions.at(slot));
    }

    @Override
    public void covered(int slot) {
        if (steps < MAX_STEPS) {
            output.text("%4d: ".formatted(slot) + "covered by what was walked before").line();
        }
    }

    /** Says how much was left out. */
    void end() {
        if (steps > MAX_STEPS) {
            output.text("... and " + (steps - MAX_STEPS) + " steps more").line();
        }
    }
}
