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
import io.bpf4j.vm.map.ArenaMap;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;

/** What came of a run. */
public sealed interface RunResult {

    /** It ended with a result, and left a memory, in hex, and entries of {@link SampleMaps}. */
    record Returned(long r0, String memory, SortedMap<String, String> maps) implements RunResult {
        @Override
        public String toString() {
            return "r0 = 0x" + Long.toHexString(r0) + ", memory " + memory
                    + (maps.isEmpty() ? "" : ", maps " + maps);
        }
    }

    /** Returns the entries of maps that it left; none are told of runs that were stopped. */
    default SortedMap<String, String> maps() {
        return Collections.emptySortedMap();
    }

    /** An instruction did what it must not; what was written before stays. */
    record Trapped(Kind kind, int slot, String memory) implements RunResult {}

    /** Makes the outcome of a run that ended. */
    static RunResult returned(long r0, byte[] memory, SortedMap<String, String> maps) {
        return new Returned(r0, HexFormat.of().formatHex(memory), maps);
    }

    /** Runs instructions on a machine whose maps, if it has any, are empty at the start. */
    static RunResult of(SampleMachine sample, Engine engine, Checking checking, List<Insn> instructions,
            byte[] memory) {
        Executable executable = engine.prepare(Unproved.program(
                SampleMachine.program(instructions, SampleMaps.references(instructions)),
                sample.machine(), checking));
        // What an earlier run left there is not to be seen by programs that read what they did not write.
        sample.machine().memory().clear(sample.machine().memory().base(), Execution.bytes(0));
        sample.maps().forEach(ArenaMap::clear);
        long address = sample.execution().setContext("the memory", memory, true);
        try {
            return returned(executable.run(sample.execution(), address, memory.length),
                    sample.execution().context(), SampleMaps.contents(sample.maps()));
        } catch (TrapException trap) {
            String after = HexFormat.of().formatHex(sample.execution().context());
            return new Trapped(trap.kind(), trap.slot(), after);
        }
    }
}
