package io.bpf4j.vm.jit.x64;

import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.flow.Subprogram;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.ByteSwap;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.CallKernelFunction;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Insn.LoadPacket;
import io.bpf4j.vm.isa.Insn.MoveSignExtended;
import io.bpf4j.vm.isa.Insn.Negate;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.jit.x64.Runtime.Trap;
import io.bpf4j.vm.program.Reference;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.OperandSize;
import io.bpf4j.vm.x64.Unary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Emits a whole program, instruction by instruction or several at once where {@link Fusion} knows how. */
final class ProgramEmitter {

    private final Emission emission;
    private final Instructions instructions;
    private final AluEmitter alu;
    private final MemoryEmitter memory;
    private final ControlEmitter control;
    private final Fusion fusion;
    private final KnownValues known;

    ProgramEmitter(Emission emission, List<Reference> references, Map<Integer, Label> entries) {
        this.emission = emission;
        known = new KnownValues(references);
        instructions = emission.instructions;
        alu = new AluEmitter(emission);
        memory = new MemoryEmitter(emission);
        control = new ControlEmitter(emission, entries);
        fusion = new Fusion(emission, alu, memory, control);
    }

    /** Emits all, and returns where functions start, by their first slot. */
    Map<Integer, Label> emit() {
        emission.flow.functions().forEach(this::function);
        emission.finish();
        Map<Integer, Label> functions = new HashMap<>();
        for (Subprogram function : emission.flow.functions()) {
            functions.put(function.start(), control.entry(function));
        }
        return functions;
    }

    private void function(Subprogram function) {
        emission.code.mark(function.start());
        known.forget();
        control.prologue(function);
        int index = instructions.indexAt(function.start());
        while (index < instructions.size() && instructions.slotOf(index) < function.end()) {
            int slot = instructions.slotOf(index);
            if (emission.flow.isTarget(slot)) {
                emission.code.bind(emission.label(slot));
                known.forget();
            }
            emission.code.mark(slot);
            int fused = fusion.tryEmit(index);
            if (fused == 0) {
                one(instructions.get(index), index, slot);
            }
            int next = index + Math.max(fused, 1);
            for (; index < next; index++) {
                known.follow(instructions.get(index), instructions.slotOf(index));
            }
        }
    }

    private void one(Insn insn, int index, int slot) {
        switch (insn) {
            case Alu operation -> alu.emit(operation, slot);
            case MoveSignExtended move -> alu.signExtend(move);
            case Negate negate -> emission.code.unary(Unary.NEG, Emission.size(negate.wide()),
                    Registers.of(negate.dst()));
            case ByteSwap swap -> alu.swap(swap);
            case LoadImmediate64 load -> load(load, index, slot);
            case Load load -> memory.load(load);
            case Store store -> memory.store(store);
            case Atomic atomic -> memory.atomic(atomic);
            case Jump jump -> control.jump(slot, instructions.targetSlot(index).orElseThrow());
            case Branch branch -> control.branch(branch, slot, instructions.targetSlot(index).orElseThrow());
            case CallHelper call -> control.callHelper(known.at(call.id()));
            case CallFunction call ->
                control.callFunction(slot, instructions.targetSlot(index).orElseThrow());
            case Exit exit -> control.exit();
            case CallKernelFunction call -> emission.code.call(Trap.UNKNOWN_FUNCTION);
            case LoadPacket load -> emission.code.call(Trap.UNKNOWN_FUNCTION);
        }
    }

    private void load(LoadImmediate64 load, int index, int slot) {
        Gpr dst = Registers.of(load.dst());
        if (load.kind() != Immediate64.FUNCTION) {
            alu.loadNumber(dst, load.value());
        } else if (emission.linkage.functionsHaveAddresses()) {
            Label function = control.entry(instructions.targetSlot(index).orElseThrow());
            emission.code.lea(OperandSize.QWORD, dst, Memory.rip(function));
        } else {
            alu.loadNumber(dst, Execution.FUNCTION_ADDRESS + slot + 1 + load.low());
        }
    }
}
