package io.bpf4j.vm.jit.x64;

import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.PreparedProgram;
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
import io.bpf4j.vm.x64.MachineCode;
import io.bpf4j.vm.x64.Unary;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Emits a whole program, instruction by instruction or several at once where {@link Fusion} knows how. */
final class ProgramEmitter {

    private final Emission emission;
    private final Instructions instructions;
    private final AluEmitter alu;
    private final MemoryEmitter memory;
    private final ControlEmitter control;
    private final Fusion fusion;

    ProgramEmitter(PreparedProgram program, Set<CpuFeature> features) {
        emission = new Emission(program, features);
        instructions = emission.instructions;
        alu = new AluEmitter(emission);
        memory = new MemoryEmitter(emission);
        control = new ControlEmitter(emission);
        fusion = new Fusion(emission, alu, memory, control);
    }

    CompiledProgram emit() {
        emission.flow.functions().forEach(this::function);
        emission.finish();
        MachineCode code = emission.code.assemble();
        Map<Integer, Integer> functions = new HashMap<>();
        for (Subprogram function : emission.flow.functions()) {
            functions.put(function.start(), code.offsetOf(control.entry(function)));
        }
        return new CompiledProgram(code, functions);
    }

    private void function(Subprogram function) {
        emission.code.mark(function.start());
        control.prologue(function);
        int index = instructions.indexAt(function.start());
        while (index < instructions.size() && instructions.slotOf(index) < function.end()) {
            int slot = instructions.slotOf(index);
            if (emission.flow.isTarget(slot)) {
                emission.code.bind(emission.label(slot));
            }
            emission.code.mark(slot);
            int fused = fusion.tryEmit(index);
            if (fused == 0) {
                one(instructions.get(index), index, slot);
            }
            index += Math.max(fused, 1);
        }
    }

    private void one(Insn insn, int index, int slot) {
        switch (insn) {
            case Alu operation -> alu.emit(operation, slot);
            case MoveSignExtended move -> alu.signExtend(move);
            case Negate negate -> emission.code.unary(Unary.NEG, Emission.size(negate.wide()),
                    Registers.of(negate.dst()));
            case ByteSwap swap -> alu.swap(swap);
            case LoadImmediate64 load -> alu.loadNumber(Registers.of(load.dst()), number(load, slot));
            case Load load -> memory.load(load);
            case Store store -> memory.store(store);
            case Atomic atomic -> memory.atomic(atomic);
            case Jump jump -> control.jump(slot, instructions.targetSlot(index).orElseThrow());
            case Branch branch -> control.branch(branch, slot, instructions.targetSlot(index).orElseThrow());
            case CallHelper call -> control.callHelper(call);
            case CallFunction call ->
                control.callFunction(slot, instructions.targetSlot(index).orElseThrow());
            case Exit exit -> control.exit();
            case CallKernelFunction call -> emission.code.call(Trap.UNKNOWN_FUNCTION);
            case LoadPacket load -> emission.code.call(Trap.UNKNOWN_FUNCTION);
        }
    }

    private static long number(LoadImmediate64 load, int slot) {
        return load.kind() == Immediate64.FUNCTION
                ? Execution.FUNCTION_ADDRESS + slot + 1 + load.low()
                : load.value();
    }
}
