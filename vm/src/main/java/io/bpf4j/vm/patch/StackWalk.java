package io.bpf4j.vm.patch;

import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Transfer;
import io.bpf4j.vm.x64.X64Decoder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Follows a function's control flow, and that of the code to which it jumps, with a {@link StackState}, until nothing
 * changes. What a function reaches by calls is not followed: it gets a frame of its own.
 */
final class StackWalk {
    private static final int RSP = Gpr.RSP.number();
    private static final int MOST_INSTRUCTIONS = 50_000;
    private static final int MOST_STEPS = 20 * MOST_INSTRUCTIONS;
    /** After so many changes at one place, what still grows grows without bound. */
    private static final int PATIENCE = 6;

    private static final class Point {
        final StackState state;
        int changes;
        boolean waits = true;

        Point(StackState state) {
            this.state = state;
        }
    }

    private final CodeMap map;
    private final Block text;
    private final FunctionCode function;
    private final X64Decoder decoder = new X64Decoder();
    private final StackStep step = new StackStep();
    private final Map<Long, Point> points = new HashMap<>();
    private final ArrayDeque<Long> queue = new ArrayDeque<>();
    private final List<StackState> indirect = new ArrayList<>();
    private StackUse use = StackUse.NOTHING;

    StackWalk(CodeMap map, FunctionCode function) {
        this.map = map;
        this.text = function.text();
        this.function = function;
    }

    StackUse walk() {
        reach(function.range().start(), new StackState());
        int done = 0;
        do {
            for (; !queue.isEmpty(); done++) {
                if (points.size() > MOST_INSTRUCTIONS || done > MOST_STEPS) {
                    return use.and(StackUse.UNKNOWN);
                }
                long at = queue.poll();
                Point point = points.get(at);
                point.waits = false;
                visit(at, new StackState(point.state));
            }
        } while (reachTables());
        return function.isWhole() && isAllReached() ? use : use.and(StackUse.UNKNOWN);
    }

    private void reach(long at, StackState state) {
        Point known = points.get(at);
        if (known == null) {
            points.put(at, new Point(new StackState(state)));
            queue.add(at);
        } else if (known.state.join(state, known.changes > PATIENCE)) {
            known.changes++;
            if (!known.waits) {
                known.waits = true;
                queue.add(at);
            }
        }
    }

    private void visit(long at, StackState state) {
        if (!text.has(at, 1) || !decoder.decode(text.bytes(), text.offsetOf(at), text.bytes().length)) {
            use = use.and(StackUse.UNKNOWN);
            return;
        }
        Transfer transfer = decoder.transfer();
        long next = at + decoder.length();
        if (transfer == Transfer.RETURN) {
            leaveByReturn(state);
            return;
        }
        long target = transfer.isRelative() ? decoder.branchTarget(at) : 0;
        use = use.and(step.apply(decoder, state));
        switch (transfer) {
            case NONE, SYSTEM_CALL, INTERRUPT -> reach(next, state);
            case JUMP -> reach(target, state);
            case CONDITIONAL_JUMP -> {
                reach(target, state);
                reach(next, state);
            }
            case CALL -> {
                // A call of its own middle, to learn its address, leaves more on the stack than calls do.
                boolean isOwn = target > function.range().start() && target < function.range().end();
                use = isOwn ? use.and(StackUse.UNKNOWN) : use;
                reachAfterCall(next, state);
            }
            case INDIRECT_CALL -> reachAfterCall(next, state);
            case INDIRECT_JUMP -> jumpIndirectly(state);
            default -> {
            }
        }
    }

    /** RET takes the return address; whatever is above it is the caller's again, unless rsp is not where it was. */
    private void leaveByReturn(StackState state) {
        boolean isBalanced = state.isExact(RSP) && state.highest(RSP) == 0;
        boolean isLost = !state.isExact(RSP);
        if (!isBalanced && !isLost) {
            use = use.and(StackUse.UNKNOWN);
        }
    }

    /** What a call does not come back to may be the next function, or padding. */
    private void reachAfterCall(long next, StackState state) {
        boolean isBeyond = next == function.range().end() || map.module().nextStart(next - 1) == next;
        if (!isBeyond) {
            reach(next, state);
        }
    }

    private void jumpIndirectly(StackState state) {
        boolean mayHandOn = !(state.isExact(RSP) && state.highest(RSP) < 0);
        if (mayHandOn) {
            use = use.and(StackUse.UNKNOWN);
        }
        indirect.add(new StackState(state));
    }

    /** Enters places of the function that only tables can lead to; returns whether there were any. */
    private boolean reachTables() {
        boolean found = false;
        Range range = function.range();
        for (long at = range.start(); !indirect.isEmpty();) {
            var target = map.targetBetween(at, range.end());
            if (target.isEmpty()) {
                break;
            }
            at = target.getAsLong();
            if (!points.containsKey(at)) {
                found = true;
                for (StackState state : indirect) {
                    reach(at, state);
                }
            }
        }
        return found;
    }

    /** Returns whether nothing is left but padding: landing pads, for one, have not been followed. */
    private boolean isAllReached() {
        for (int i = 0; i < function.count(); i++) {
            if (!points.containsKey(function.address(i))) {
                function.decode(decoder, i);
                boolean isHarmless = CodeScan.isPadding(decoder) || decoder.transfer() == Transfer.UNDEFINED
                        || decoder.transfer() == Transfer.HALT;
                if (!isHarmless) {
                    return false;
                }
            }
        }
        return true;
    }
}
