package io.bpf4j.vm.engine;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.flow.ControlFlow;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.map.BpfMap;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.Reference;
import io.bpf4j.vm.verify.VerifiedProgram;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * A program whose control flow makes sense and whose references to maps are numbers of one machine: what every engine
 * starts from. What runs without checks is made of a {@link VerifiedProgram}, which only the verifier makes; everything
 * else is looked after while it runs.
 */
public final class PreparedProgram {

    private final Program program;
    private final Machine machine;
    private final ControlFlow flow;
    private final Checking checking;
    private final Optional<VerifiedProgram> proof;

    private PreparedProgram(Program program, Machine machine, Checking checking,
            Optional<VerifiedProgram> proof) {
        this.program = program;
        this.machine = machine;
        this.flow = link(program, machine, proof);
        this.checking = checking;
        this.proof = proof;
    }

    /**
     * Makes a program that nobody has proved ready for a machine.
     *
     * @throws io.bpf4j.vm.isa.MalformedProgramException if its control flow makes no sense
     * @throws EngineException if it names a map or a helper that the machine does not have
     */
    public static PreparedProgram checked(Program program, Machine machine) {
        return new PreparedProgram(program, machine, Checking.FULL, Optional.empty());
    }

    /**
     * Makes a program that the verifier has accepted ready for a machine.
     *
     * @throws EngineException if the machine lacks a map or a helper, or has another map than the proof rests on
     */
    public static PreparedProgram proved(VerifiedProgram verified, Machine machine) {
        Program program = verified.program();
        if (verified.input().types().isPresent()) {
            throw new EngineException("program " + program.name()
                    + " reads the kernel's own objects, which are not here: run it in the kernel");
        }
        for (Reference reference : program.references()) {
            if (!map(program, machine, reference.map()).spec()
                    .equals(verified.input().maps().get(reference.map()))) {
                throw new EngineException("program " + program.name() + " was verified with another map "
                        + reference.map() + " than the machine has");
            }
        }
        return new PreparedProgram(program, machine, Checking.NONE, Optional.of(verified));
    }

    /** Makes a program ready that runs as is asked for; only tests of bare instructions have a door to this. */
    static PreparedProgram unproved(Program program, Machine machine, Checking checking) {
        return new PreparedProgram(program, machine, checking, Optional.empty());
    }

    /** Returns what it was made from. */
    public Program program() {
        return program;
    }

    /** Returns the machine that it runs on. */
    public Machine machine() {
        return machine;
    }

    /** Returns the control flow of the instructions with numbers in place of references. */
    public ControlFlow flow() {
        return flow;
    }

    /** Returns how much an engine must look after it. */
    public Checking checking() {
        return checking;
    }

    /** Returns the proof that it needs no checks; empty where nobody has proved it. */
    public Optional<VerifiedProgram> proof() {
        return proof;
    }

    private static ControlFlow link(Program program, Machine machine, Optional<VerifiedProgram> proof) {
        Instructions instructions = Instructions.of(program.instructions());
        List<Insn> linked = new ArrayList<>(instructions);
        for (Reference reference : program.references()) {
            int index = instructions.indexAt(reference.slot());
            LoadImmediate64 load = (LoadImmediate64) instructions.get(index);
            linked.set(index, LoadImmediate64.number(load.dst(), address(program, machine, reference)));
        }
        proof.ifPresent(proved -> dropUnknown(linked, instructions, machine, proved.deadSlots()));
        ControlFlow flow = ControlFlow.of(linked);
        for (Insn insn : linked) {
            requireKnown(program, machine, insn);
        }
        return flow;
    }

    /** Puts something harmless in place of calls that are never made, of helpers that the machine does not have. */
    private static void dropUnknown(List<Insn> linked, Instructions instructions, Machine machine,
            BitSet dead) {
        for (int i = 0; i < linked.size(); i++) {
            if (linked.get(i) instanceof CallHelper call && call.id() != Tails.TAIL_CALL
                    && machine.helpers().find(call.id()) == null && dead.get(instructions.slotOf(i))) {
                linked.set(i, new Insn.Alu(AluOperation.MOVE, true, Register.R0, new Operand.Immediate(0)));
            }
        }
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
