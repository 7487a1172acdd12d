package io.bpf4j.vm.patch;

import io.bpf4j.vm.patch.Refusal.Reason;
import io.bpf4j.vm.x64.X64Decoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Plans patches in one module. In this order of preference: a {@link PatchPlan.Jump} from the site on, one that begins
 * before the site, a {@link PatchPlan.ShortJump} likewise, a {@link PatchPlan.Breakpoint}, a {@link Refusal}.
 *
 * <pre>
 * var planner = new PatchPlanner(CodeMap.of(module));
 * PatchPlan plan = planner.entry(FunctionCode.of(module.text(), function));
 * </pre>
 *
 * <p>Not for use by two threads at once.
 */
public final class PatchPlanner {
    /** F3 0F 1E FA: where indirect branches may lead if the processor watches over them. */
    private static final byte[] ENDBR64 = {(byte) 0xf3, 0x0f, 0x1e, (byte) 0xfa};

    private final CodeMap map;
    private final List<Range> occupied;
    private final X64Decoder decoder = new X64Decoder();

    /** Makes a planner for a module in which nothing has been patched. */
    public PatchPlanner(CodeMap map) {
        this(map, List.of());
    }

    private PatchPlanner(CodeMap map, List<Range> occupied) {
        this.map = map;
        this.occupied = occupied;
    }

    /** Returns a planner that leaves some ranges alone, too: those of edits, and windows of other plans. */
    public PatchPlanner avoiding(Collection<Range> ranges) {
        List<Range> all = new ArrayList<>(occupied);
        all.addAll(ranges);
        return new PatchPlanner(map, List.copyOf(all));
    }

    /** Returns what was found in the module. */
    public CodeMap map() {
        return map;
    }

    /**
     * Plans the patch of a function's entry. An ENDBR64 there stays in place if possible: the plan's site is after it
     * then.
     */
    public PatchPlan entry(FunctionCode function) {
        long start = function.range().start();
        Block text = function.text();
        int offset = text.offsetOf(start);
        long next = start + ENDBR64.length;
        boolean isMarked = function.range().size() > ENDBR64.length
                && Arrays.equals(text.bytes(), offset, offset + ENDBR64.length, ENDBR64, 0, ENDBR64.length);
        if (!isMarked || map.isTarget(next)) {
            return at(function, start);
        }
        PatchPlan after = at(function, next);
        if (after instanceof PatchPlan.Jump) {
            return after;
        }
        PatchPlan before = at(function, start);
        return before instanceof PatchPlan.Jump ? before : after;
    }

    /** Plans the patch of any instruction of a function, such as a RET. */
    public PatchPlan at(FunctionCode function, long site) {
        int index = function.indexOf(site);
        if (index < 0) {
            return site >= function.decodedEnd() && site < function.range().end()
                    ? undecodable(site, function.decodedEnd())
                    : new Refusal(site, Reason.NO_INSTRUCTION,
                            "no instruction begins at 0x%x".formatted(site));
        }
        Attempt alone = new Attempt(map, occupied, decoder, function, site).take(index, index, 1);
        if (alone.refusal != null) {
            return alone.refusal;
        }
        Attempt whole = best(function, site, index, PatchPlan.Jump.SIZE);
        if (whole.refusal == null) {
            return new PatchPlan.Jump(whole.detour());
        }
        PatchPlan small = shortJump(best(function, site, index, PatchPlan.ShortJump.SIZE));
        return small != null ? small : new PatchPlan.Breakpoint(alone.detour(), whole.refusal);
    }

    static Refusal undecodable(long site, long at) {
        return new Refusal(site, Reason.UNDECODABLE, "the bytes at 0x%x are no instruction".formatted(at));
    }

    /** Returns the first window with room that contains the instruction, or what stands against the first. */
    private Attempt best(FunctionCode function, long site, int index, int room) {
        Attempt first = new Attempt(map, occupied, decoder, function, site).take(index, index, room);
        Attempt attempt = first;
        for (int from = index - 1; attempt.refusal != null && from >= 0
                && site - function.address(from + 1) < room; from--) {
            attempt = new Attempt(map, occupied, decoder, function, site).take(from, index, room);
        }
        return attempt.refusal == null ? attempt : first;
    }

    private PatchPlan shortJump(Attempt attempt) {
        if (attempt.refusal != null) {
            return null;
        }
        Detour detour = attempt.detour();
        long end = detour.window().start() + PatchPlan.ShortJump.SIZE;
        long lowest = end + Byte.MIN_VALUE;
        long highest = end + Byte.MAX_VALUE;
        List<Range> gaps = map.gaps();
        // A gap that begins before may reach far enough.
        for (int i = Math.max(0, map.firstGapFrom(lowest) - 1); i < gaps.size()
                && gaps.get(i).start() <= highest; i++) {
            Range gap = gaps.get(i);
            for (long pad = Math.max(gap.start(), lowest); pad <= highest
                    && pad + PatchPlan.Jump.SIZE <= gap.end(); pad++) {
                Range range = new Range(pad, pad + PatchPlan.Jump.SIZE);
                if (!range.meets(detour.window()) && occupied.stream().noneMatch(range::meets)) {
                    return new PatchPlan.ShortJump(detour, pad, bytes(range));
                }
            }
        }
        return null;
    }

    private byte[] bytes(Range range) {
        Block text = map.module().text();
        return Moved.copy(text.bytes(), text.offsetOf(range.start()), (int) range.size());
    }
}
