package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * How much stack a chain of calls takes (kernel/bpf/verifier.c, check_max_stack_depth_subprog). Programs that trace
 * have a stack of their own for each function of 64 bytes and more, unless they make tail calls.
 */
final class StackDepth {

    /** What the x86-64 compiler rounds each function's stack to. */
    private static final int GRAIN = 16;
    /** From here on a function has a stack of its own (include/linux/bpf_verifier.h, BPF_PRIV_STACK_MIN_SIZE). */
    private static final int PRIVATE_MINIMUM = 64;
    /** What may be on the stack below a tail call. */
    private static final int BEFORE_TAIL_CALL = 256;
    private static final int MAX_FRAMES = 8;

    private final Code code;
    private final Facts facts;
    private final boolean privateStacks;
    /** The functions that each calls or hands to helpers. */
    private final List<Set<Integer>> callees = new ArrayList<>();
    private final boolean[] tailCalls;
    private int deepest;

    StackDepth(Code code, Facts facts, ProgramType type) {
        this.code = code;
        this.facts = facts;
        this.tailCalls = new boolean[code.functions()];
        for (int function = 0; function < code.functions(); function++) {
            callees.add(new LinkedHashSet<>());
        }
        boolean anyTailCall = false;
        for (int index = 0; index < code.size(); index++) {
            Insn insn = code.at(index);
            int function = code.functionOf(index);
            if (isTailCall(insn)) {
                tailCalls[function] = true;
                anyTailCall = true;
            } else if (insn instanceof CallFunction || insn instanceof LoadImmediate64 load
                    && load.kind() == Immediate64.FUNCTION) {
                callees.get(function).add(code.functionOf(code.targetOf(index)));
            }
        }
        privateStacks = !anyTailCall && switch (type) {
            case KPROBE, TRACEPOINT, PERF_EVENT, RAW_TRACEPOINT -> true;
            default -> false;
        };
    }

    private static boolean isTailCall(Insn insn) {
        return insn instanceof CallHelper call && call.id() == Helper.TAIL_CALL.id();
    }

    /** Returns the greatest stack of any chain of calls, in bytes. */
    int check() {
        check(0, 0, 1, new boolean[code.functions()]);
        return deepest;
    }

    private void check(int function, int before, int frames, boolean[] active) {
        if (active[function]) {
            throw Refusal.of(RejectionKind.STRUCTURE, "the function at instruction "
                    + code.slotOfFunction(function) + " calls itself, directly or through others",
                    "there is no recursion; use a loop");
        }
        if (frames > MAX_FRAMES) {
            throw Refusal.of(RejectionKind.STACK_DEPTH,
                    "more than " + MAX_FRAMES + " functions call each other",
                    "call them from one place in turn, not each from the one before");
        }
        if (tailCalls[function] && before >= BEFORE_TAIL_CALL) {
            throw Refusal.of(RejectionKind.STACK_DEPTH, "makes a tail call with " + before
                    + " bytes of stack in use by callers; at most " + (BEFORE_TAIL_CALL - 1) + " are allowed",
                    "");
        }
        int own = Math.ceilDiv(Math.max(facts.stack(function), 1), GRAIN) * GRAIN;
        int depth = before + (privateStacks && own >= PRIVATE_MINIMUM ? 0 : own);
        deepest = Math.max(deepest, depth);
        if (depth > Frame.STACK_BYTES) {
            throw Refusal.of(RejectionKind.STACK_DEPTH, "a chain of " + frames + " calls takes " + depth
                    + " bytes of stack; there are " + Frame.STACK_BYTES, "keep large data in a map");
        }
        active[function] = true;
        for (int callee : callees.get(function)) {
            check(callee, depth, frames + 1, active);
        }
        active[function] = false;
    }
}
