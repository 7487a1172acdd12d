package io.bpf4j.vm.patch;

import io.bpf4j.vm.x64.RegisterEffects;
import io.bpf4j.vm.x64.Transfer;
import io.bpf4j.vm.x64.X64Decoder;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds what of the registers and flags at one address is read later, estimated from above: what is not overwritten
 * before the function calls, returns or does anything unknown counts as read. Flags are dead at calls and returns,
 * which all calling conventions say.
 */
final class Liveness {
    private static final int FLAGS_SHIFT = 16;
    private static final int FLAGS = RegisterEffects.FLAGS << FLAGS_SHIFT;
    private static final int EVERYTHING = RegisterEffects.ALL | FLAGS;
    private static final int MOST_STEPS = 2000;

    private final FunctionCode function;
    private final X64Decoder decoder = new X64Decoder();
    private final RegisterEffects effects = new RegisterEffects();
    private final Map<Long, Integer> seen = new HashMap<>();
    private final ArrayDeque<Long> queue = new ArrayDeque<>();
    private final Map<Long, Integer> waiting = new HashMap<>();
    private int live;

    Liveness(FunctionCode function) {
        this.function = function;
    }

    /** Returns bits of live registers and, shifted by 16, of live flags. */
    static int at(FunctionCode function, long address) {
        return new Liveness(function).walk(address);
    }

    static int flags(int live) {
        return live >>> FLAGS_SHIFT;
    }

    static int registers(int live) {
        return live & RegisterEffects.ALL;
    }

    private int walk(long address) {
        reach(address, EVERYTHING);
        for (int steps = 0; !queue.isEmpty() && live != EVERYTHING; steps++) {
            if (steps == MOST_STEPS) {
                return EVERYTHING;
            }
            long at = queue.poll();
            visit(at, waiting.remove(at));
        }
        return live;
    }

    /** Notes that an address is reached while some things still have their old contents. */
    private void reach(long at, int old) {
        int before = seen.getOrDefault(at, 0);
        if ((old & ~before) != 0) {
            seen.put(at, before | old);
            if (waiting.merge(at, old, (a, b) -> a | b) == old || !queue.contains(at)) {
                queue.add(at);
            }
        }
    }

    private void visit(long at, Integer pending) {
        int old = pending == null ? 0 : pending;
        int index = function.indexOf(at);
        if (index < 0) {
            live |= old;
            return;
        }
        function.decode(decoder, index);
        Transfer transfer = decoder.transfer();
        effects.of(decoder);
        live |= old & (effects.reads() | effects.flagReads() << FLAGS_SHIFT);
        int rest = old & ~(effects.writes() | effects.flagWrites() << FLAGS_SHIFT);
        long next = at + decoder.length();
        switch (transfer) {
            case NONE, SYSTEM_CALL -> reach(next, rest);
            case JUMP -> leave(decoder.branchTarget(at), rest);
            case CONDITIONAL_JUMP -> {
                leave(decoder.branchTarget(at), rest);
                reach(next, rest);
            }
            case CALL, INDIRECT_CALL, RETURN -> live |= rest & ~FLAGS;
            case UNDEFINED -> {
            }
            default -> live |= rest;
        }
    }

    private void leave(long target, int rest) {
        if (function.range().contains(target)) {
            reach(target, rest);
        } else {
            live |= rest;
        }
    }
}
