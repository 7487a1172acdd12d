package io.bpf4j.vm.engine;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.flow.ControlFlow;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.map.BpfMap;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.Reference;
import java.util.ArrayList;
import java.util.List;

/**
 * A program whose control flow makes sense and whose references to maps are numbers of one machine: what every engine
 * starts from.
 *
 * @param program what it was made from
 * @param flow the control flow of the instructions with numbers in place of references
 */
public record PreparedProgram(Program program, ControlFlow flow) {

    /**
     * Makes a program ready for a machine.
     *
     * @throws io.bpf4j.vm.isa.MalformedProgramException if its control flow makes no sense
     * @throws EngineException if it names a map or a helper that the machine does not have
     */
    public static PreparedProgram of(Program program, Machine machine) {
        Instructions instructions = Instructions.of(program.instructions());
        List<Insn> linked = new ArrayList<>(instructions);
        for (Reference reference : program.references()) {
            int index = instructions.indexAt(reference.slot());
            LoadImmediate64 load = (LoadImmediate64) instructions.get(index);
            linked.set(index, LoadImmediate64.number(load.dst(), address(program, machine, reference)));
        }
        ControlFlow flow = ControlFlow.of(linked);
        for (Insn insn : linked) {
            requireKnown(program, machine, insn);
        }
        return new PreparedProgram(program, flow);
    }

    private static long address(Program program, Machine machine, Reference reference) {
        return switch (reference) {
            case Reference.ToMap toMap -> map(program, machine, toMap.map()).handle();
            case Reference.ToMapValue toValue ->
                map(program, machine, toValue.map()).regions().getFirst().start() + toValue.offset();
        };
    }

    private static BpfMap map(Program program, Machine machine, String name) {
        return machine.maps().byName(name).orElseThrow(
                () -> new EngineException("program " + program.name() + ": there is no map " + name));
    }

    private static void requireKnown(Program program, Machine machine, Insn insn) {
        if (insn instanceof LoadImmediate64 load && load.kind() != Immediate64.NUMBER
                && load.kind() != Immediate64.FUNCTION) {
            throw new EngineException(
                    "program " + program.name() + ": a 64-bit immediate of kind " + load.kind()
                            + " was not linked");
        }
        if (insn instanceof CallHelper call && call.id() != Tails.TAIL_CALL
                && machine.helpers().find(call.id()) == null) {
            throw new EngineException("program " + program.name() + ": helper "
                    + Helper.byId(call.id()).map(h -> "bpf_" + h.helperName()).orElse("#" + call.id())
                    + " does not exist in user space");
        }
    }
}
