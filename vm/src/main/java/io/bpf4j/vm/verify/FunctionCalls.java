package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Register;

/** Calls between functions of the program, and from helpers back into it (kernel/bpf/verifier.c, check_func_call). */
final class FunctionCalls {

    /** How many functions may be active at a time (include/linux/bpf_verifier.h, MAX_CALL_FRAMES). */
    private static final int MAX_FRAMES = 8;

    private final Walk walk;
    private final StateTable states;

    FunctionCalls(Walk walk, StateTable states) {
        this.walk = walk;
        this.states = states;
    }

    void call(CallFunction call) {
        Frame caller = walk.frame();
        Frame callee = enter(walk.state(), walk.code().targetOf(walk.index()), false);
        for (int register = 1; register <= Register.R5.number(); register++) {
            callee.set(register, caller.get(register));
        }
        clearCallerSaved(caller);
        walk.follow(callee.entry());
    }

    private Frame enter(State state, int entry, boolean callback) {
        if (state.depth() == MAX_FRAMES) {
            throw Refusal.of(RejectionKind.STACK_DEPTH,
                    "more than " + MAX_FRAMES + " functions call each other",
                    "call them from one place in turn, not each from the one before");
        }
        Frame callee = new Frame(state.depth(), walk.index(), entry, callback);
        state.push(callee);
        return callee;
    }

    private static void clearCallerSaved(Frame frame) {
        for (int register = 0; register <= Register.R5.number(); register++) {
            frame.set(register, Value.UNINITIALISED);
        }
    }

    /**
     * Puts aside a path on which a helper calls a function; this path goes on as if the helper had called enough. The
     * function returns to the call of the helper, so that states there show when nothing new can happen.
     */
    void callBack(Helper helper, HelperArguments arguments) {
        Frame caller = walk.frame();
        if (helper == Helper.LOOP) {
            if (!(caller.get(Register.R1) instanceof Scalar number)) {
                throw Refusal.of(RejectionKind.ARGUMENT, Register.R1.number(),
                        "gives an address as the number of rounds, r1", "");
            }
            walk.markPrecise(Register.R1);
            long rounds = number.range().unsignedMax();
            if (Long.compareUnsigned(caller.callbackDepth(), rounds) >= 0) {
                caller.setCallbackDepth(0);
                return;
            }
        }
        State other = walk.fork(arguments.callback().entry());
        Frame callee = enter(other, arguments.callback().entry(), true);
        switch (helper) {
            case LOOP -> {
                callee.set(Register.R1, Scalar.UNKNOWN);
                callee.set(Register.R2, caller.get(Register.R3));
            }
            case FOR_EACH_MAP_ELEM -> {
                callee.set(Register.R1, new Pointer(new PointerTarget.MapHandle(arguments.map())));
                callee.set(Register.R2, new Pointer(new PointerTarget.MapKey(arguments.map())));
                callee.set(Register.R3, new Pointer(new PointerTarget.MapValue(arguments.map())));
                callee.set(Register.R4, caller.get(Register.R3));
            }
            default -> throw Refusal.of(RejectionKind.UNSUPPORTED, "callbacks of bpf_" + helper.helperName()
                    + " are not supported", "");
        }
        other.addUnrollDepth();
        Frame calling = other.frame(other.depth() - 2);
        calling.setCallbackDepth(calling.callbackDepth() + 1);
        caller.setCallbackDepth(0);
    }

    /** Leaves a function; returns false if it was the main one. */
    boolean exit() {
        Value result = walk.frame().get(Register.R0);
        if (walk.state().depth() == 1) {
            leaveMain(walk.read(Register.R0));
            return false;
        }
        if (result instanceof Pointer pointer && pointer.isStack()) {
            throw Refusal.of(RejectionKind.POINTER_LEAK, Register.R0.number(),
                    "returns the address of a variable on the stack", "");
        }
        if (walk.frame().isCallback()) {
            leaveCallback(result);
        } else {
            Frame callee = walk.state().pop();
            walk.set(Register.R0, result);
            walk.follow(callee.callSite() + 1);
        }
        return true;
    }

    /**
     * Goes on behind the call of a function that ends by a tail call, whose program returns to there with any number; a
     * path on which there was no such program is put aside (kernel/bpf/verifier.c, check_helper_call).
     */
    boolean exitToTail() {
        walk.fork(walk.index() + 1);
        walk.state().forgetPackets();
        walk.set(Register.R0, Scalar.UNKNOWN);
        return exit();
    }

    private void leaveCallback(Value result) {
        if (!(result instanceof Scalar number)) {
            throw Refusal.of(RejectionKind.RETURN_VALUE, Register.R0.number(),
                    "a callback returns " + result + ", not a number", "return 0 to go on, 1 to stop");
        }
        walk.markPrecise(Register.R0);
        if (number.range().signedMin() < 0 || number.range().signedMax() > 1) {
            throw Refusal.of(RejectionKind.RETURN_VALUE, Register.R0.number(),
                    "a callback returns " + number + ", not 0 or 1", "return 0 to go on, 1 to stop");
        }
        Frame callee = walk.state().pop();
        walk.follow(callee.callSite());
        states.widen(walk.state(), callee.callSite());
    }

    private void leaveMain(Value result) {
        if (!walk.state().references().isEmpty()) {
            State.Reference held = walk.state().references().getFirst();
            throw Refusal.of(RejectionKind.REFERENCE,
                    "ends while it holds " + held.name() + ", taken at instruction "
                            + held.slot(),
                    "give it back with bpf_ringbuf_submit or bpf_ringbuf_discard on every path");
        }
        if (result instanceof Pointer && !walk.policy().pointerLeaks()) {
            throw Refusal.of(RejectionKind.POINTER_LEAK, Register.R0.number(), "returns " + result, "");
        }
        ScalarRange allowed = ResultRange.of(walk.program());
        if (allowed == null) {
            return;
        }
        if (!(result instanceof Scalar number)) {
            throw Refusal.of(RejectionKind.RETURN_VALUE, Register.R0.number(), "returns " + result
                    + ", not a number", "");
        }
        walk.markPrecise(Register.R0);
        if (!allowed.contains(number.range())) {
            throw Refusal.of(RejectionKind.RETURN_VALUE, Register.R0.number(),
                    "returns " + number + "; programs of this type return " + allowed, "");
        }
    }
}
