package io.bpf4j.vm.jit.jvm;

import static org.objectweb.asm.Opcodes.ATHROW;
import static org.objectweb.asm.Opcodes.LRETURN;

import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Fault;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.flow.ControlFlow;
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
import io.bpf4j.vm.isa.Register;
import java.util.HashMap;
import java.util.Map;
import org.objectweb.asm.Label;

/** Emits the method of one function: instruction after instruction, each place that is jumped to with a label. */
final class FunctionGenerator {

    private final String owner;
    private final ControlFlow flow;
    private final Instructions instructions;
    private final Subprogram function;
    private final Code code;
    private final ArithmeticCode arithmetic;
    private final BranchCode branches;
    private final MemoryCode memory;
    private final CallCode calls;
    private final Map<Integer, Label> labels = new HashMap<>();

    FunctionGenerator(ClassGenerator program, Subprogram function, Code code) {
        this.owner = program.owner();
        this.flow = program.flow();
        this.instructions = flow.instructions();
        this.function = function;
        this.code = code;
        Machine machine = program.machine();
        RegisterFacts facts = new RegisterFacts(instructions, function);
        this.arithmetic = new ArithmeticCode(code, facts);
        this.branches = new BranchCode(instructions, code, facts, new Latches(instructions, function),
                program.checked());
        this.memory = new MemoryCode(code, program.access(), program.atomicAccess(), program.checked());
        this.calls = new CallCode(code, facts, program.constants(), machine, program.checked());
    }

    /** Emits the method; returns the bytes of its code. */
    int generate() {
        code.begin();
        boolean follows = true;
        for (int slot = function.start(); slot < function.end();) {
            Insn insn = instructions.at(slot);
            // What follows an end is reached by a jump or never; the class format wants to be told in either case.
            if (flow.isTarget(slot) || !follows) {
                code.target(label(slot));
            }
            code.line(slot - function.start() + 1);
            emit(slot, insn);
            follows = !(insn instanceof Jump || insn instanceof Exit || Fault.unsupported(insn) != null);
            slot += insn.slots();
        }
        return code.end();
    }

    private Label label(int slot) {
        return labels.computeIfAbsent(slot, key -> new Label());
    }

    private int target(int slot) {
        return instructions.targetSlot(instructions.indexAt(slot)).orElseThrow();
    }

    private void emit(int slot, Insn insn) {
        switch (insn) {
            case Alu alu -> arithmetic.emit(slot, alu);
            case MoveSignExtended move -> arithmetic.emit(move);
            case Negate negate -> arithmetic.emit(negate);
            case ByteSwap swap -> arithmetic.emit(swap);
            case Load load -> memory.emit(load);
            case Store store -> memory.emit(store);
            case Atomic atomic -> memory.emit(atomic);
            case LoadImmediate64 load -> {
                code.constant(load.kind() == Immediate64.FUNCTION
                        ? Execution.FUNCTION_ADDRESS + target(slot)
                        : load.value());
                code.store(load.dst());
            }
            case Jump jump -> branches.jump(slot, jump.distance(), label(target(slot)));
            case Branch branch -> branches.branch(slot, branch, label(target(slot)));
            case CallHelper call -> calls.helper(slot, call);
            case CallFunction call -> calls.function(owner, target(slot), isLeaf(target(slot)));
            case Exit exit -> {
                code.load(Register.R0);
                code.instruction(LRETURN);
            }
            case CallKernelFunction call -> unsupported(call);
            case LoadPacket load -> unsupported(load);
        }
    }

    private void unsupported(Insn insn) {
        code.text(Fault.unsupported(insn).getMessage());
        code.callStatic(CompiledProgram.class, "unsupported",
                "(Ljava/lang/String;)" + Fault.class.descriptorString());
        code.instruction(ATHROW);
    }

    private boolean isLeaf(int start) {
        Subprogram callee = flow.functions().stream().filter(one -> one.start() == start).findFirst()
                .orElseThrow();
        for (int slot = callee.start(); slot < callee.end(); slot += instructions.at(slot).slots()) {
            Insn insn = instructions.at(slot);
            if (insn instanceof CallFunction || insn instanceof CallHelper) {
                return false;
            }
        }
        return true;
    }
}
