package io.bpf4j.vm.differential;

import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.Executable;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.SampleMachine;
import io.bpf4j.vm.engine.TrapException;
import io.bpf4j.vm.engine.TrapException.Kind;
import io.bpf4j.vm.engine.Unproved;
import io.bpf4j.vm.isa.Insn;
import java.util.HexFormat;
import java.util.List;

/** What came of a run. */
public sealed interface RunResult {

    /** It ended with a result, and left a memory, in hex. */
    record Returned(long r0, String memory) implements RunResult {
        @Override
        public String toString() {
            return "r0 = 0x" + Long.toHexString(r0) + ", memory " + memory;
        }
    }

    /** An instruction did what it must not; what was written before stays. */
    record Trapped(Kind kind, int slot, String memory) implements RunResult {}

    /** Makes the outcome of a run that ended. */
    static RunResult returned(long r0, byte[] memory) {
        return new Returned(r0, HexFormat.of().formatHex(memory));
    }

    /** Runs instructions on a machine without maps and helpers. */
    static RunResult of(SampleMachine sample, Engine engine, Checking checking, List<Insn> instructions,
            byte[] memory) {
        Executable executable = engine.prepare(Unproved.program(
                SampleMachine.program(instructions, List.of()), sample.machine(), checking));
        // What an earlier run left there is not to be seen by programs that read what they did not write.
        sample.machine().memory().clear(sample.machine().memory().base(), Execution.bytes(0));
        long address = sample.execution().setContext("the memory", memory, true);
        try {
            return returned(executable.run(sample.execution(), address, memory.length),
                    sample.execution().context());
        } catch (TrapException trap) {
            String after = HexFormat.of().formatHex(sample.execution().context());
            return new Trapped(trap.kind(), trap.slot(), after);
        }
    }
}
