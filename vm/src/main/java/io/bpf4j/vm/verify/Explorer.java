package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.Helper;
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
import java.util.ArrayList;
import java.util.List;

/** Walks all paths of a program, one instruction after the other (kernel/bpf/verifier.c, do_check). */
final class Explorer {

    private final Walk walk;
    private final StateTable states;
    private final AluChecker arithmetic;
    private final BranchChecker branches;
    private final MemoryAccess memory;
    private final FunctionCalls functions;
    private final HelperCalls helpers;
    private final VerifierListener listener;

    Explorer(Walk walk, VerifierListener listener) {
        this.walk = walk;
        this.listener = listener;
        states = new StateTable(walk);
        arithmetic = new AluChecker(walk);
        branches = new BranchChecker(walk);
        StackAccess stack = new StackAccess(walk);
        Regions regions = new Regions(walk);
        memory = new MemoryAccess(walk, stack, regions);
        functions = new FunctionCalls(walk, states);
        helpers = new HelperCalls(walk, new HelperMemory(walk, stack, regions), functions);
    }

    StateTable states() {
        return states;
    }

    /** Walks; a refusal is thrown where a path must not go on. */
    void explore() {
        List<State> finished = new ArrayList<>();
        boolean more = true;
        while (more) {
            if (!step()) {
                finished.clear();
                more = walk.nextPath(finished);
                states.finished(finished);
            }
        }
    }

    /** Does one instruction; returns false if the path ends there. */
    private boolean step() {
        walk.countInstruction();
        if (walk.walked() > walk.input().budget()) {
            throw Refusal.of(RejectionKind.TOO_COMPLEX, "more than " + walk.input().budget()
                    + " instructions were walked without reaching the end of all paths",
                    "bound the loops more tightly, or use bpf_loop");
        }
        boolean kept = false;
        if (walk.code().isPrunePoint(walk.index())) {
            switch (states.visit()) {
                case COVERED -> {
                    listener.covered(walk.slot());
                    return false;
                }
                case KEPT -> kept = true;
                default -> {
                    // The path goes on.
                }
            }
        }
        walk.beginStep(kept);
        listener.step(walk.slot(), walk);
        walk.facts().visit(walk.index());
        return execute(walk.code().at(walk.index()));
    }

    private boolean execute(Insn insn) {
        switch (insn) {
            case Alu alu -> arithmetic.alu(alu);
            case MoveSignExtended move -> arithmetic.moveSignExtended(move);
            case Negate negate -> arithmetic.negate(negate);
            case ByteSwap swap -> arithmetic.swap(swap);
            case LoadImmediate64 load -> walk.set(load.dst(), immediate(load));
            case Load load -> memory.load(load);
            case Store store -> memory.store(store);
            case Atomic atomic -> memory.atomic(atomic);
            case LoadPacket load -> memory.loadPacket(load);
            case CallHelper call -> {
                helpers.call(call);
                walk.countJump();
                if (call.id() == Helper.TAIL_CALL.id() && walk.state().depth() > 1) {
                    return functions.exitToTail();
                }
            }
            case CallKernelFunction call -> throw new IllegalStateException("was refused before");
            case Jump jump -> {
                walk.countJump();
                walk.follow(walk.code().targetOf(walk.index()));
                return true;
            }
            case Branch branch -> {
                walk.countJump();
                branches.branch(branch);
                return true;
            }
            case CallFunction call -> {
                walk.countJump();
                functions.call(call);
                return true;
            }
            case Exit exit -> {
                walk.countJump();
                return functions.exit();
            }
        }
        walk.follow(walk.index() + 1);
        return true;
    }

    private Value immediate(LoadImmediate64 load) {
        Value reference = walk.referenceAt(walk.slot());
        if (reference != null) {
            return reference;
        }
        if (load.kind() == Immediate64.NUMBER) {
            return Scalar.constant(load.value());
        }
        if (load.kind() == Immediate64.FUNCTION) {
            return new Pointer(new PointerTarget.Code(walk.code().targetOf(walk.index())));
        }
        throw Refusal.of(RejectionKind.UNSUPPORTED, "a 64-bit immediate of kind " + load.kind()
                + " names nothing that is known", "");
    }
}
