package io.bpf4j.vm.patch;

import io.bpf4j.vm.patch.Refusal.Reason;
import io.bpf4j.vm.x64.X64Decoder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** One window, tried for one site: in the end there is a refusal, or a detour. */
final class Attempt {
    private final CodeMap map;
    private final List<Range> occupied;
    private final X64Decoder decoder;
    private final FunctionCode function;
    private final long site;
    private final List<Moved> before = new ArrayList<>();
    private final List<Moved> after = new ArrayList<>();
    private Range window;
    private boolean goesOn = true;
    /** Null if there is a detour. */
    Refusal refusal;

    Attempt(CodeMap map, List<Range> occupied, X64Decoder decoder, FunctionCode function, long site) {
        this.map = map;
        this.occupied = occupied;
        this.decoder = decoder;
        this.function = function;
        this.site = site;
    }

    /**
     * Takes whole instructions, until there are enough bytes.
     *
     * @param from the position of the first instruction
     * @param last the position of an instruction that has to be taken
     * @param room the least number of bytes; with 1, which a breakpoint takes, nothing can come between them
     */
    Attempt take(int from, int last, int room) {
        long start = function.address(from);
        long end = start;
        for (int i = from; refusal == null && (i <= last || end - start < room); i++) {
            if (!goesOn) {
                end = takePadding(start, end, room, i <= last);
            } else if (i == function.count()) {
                refuseEnd(end);
            } else {
                takeInsn(i, start);
                end = function.address(i + 1);
            }
            if (window != null) {
                break;
            }
        }
        if (refusal == null) {
            window = window == null ? new Range(start, end) : window;
            if (room > 1) {
                checkWindow();
            } else {
                checkOccupied(new Range(site, site + 1));
            }
        }
        return this;
    }

    private void refuseEnd(long end) {
        if (!function.isWhole()) {
            refusal = PatchPlanner.undecodable(site, function.decodedEnd());
        } else {
            refuse(Reason.TOO_SHORT,
                    "the function at 0x%x ends at 0x%x".formatted(function.range().start(), end));
        }
    }

    private void takeInsn(int index, long start) {
        long address = function.address(index);
        function.decode(decoder, index);
        if (address > start && endsWithCall()) {
            refuse(Reason.RETURN_INSIDE, "a call would return to 0x%x, into the patch".formatted(address));
            return;
        }
        String objection = Mover.objection(decoder);
        if (objection != null) {
            refuse(Reason.UNMOVABLE, "at 0x%x is %s".formatted(address, objection));
            return;
        }
        Block text = function.text();
        Moved moved = Mover.move(decoder, text.bytes(), text.offsetOf(address), address);
        (address < site ? before : after).add(moved);
        goesOn = !decoder.transfer().endsFlow();
    }

    private boolean endsWithCall() {
        List<Moved> list = after.isEmpty() ? before : after;
        return !list.isEmpty() && list.get(list.size() - 1) instanceof Moved.Call;
    }

    /** Takes what is missing from the padding behind an instruction that does not go on. */
    private long takePadding(long start, long end, int room, boolean needsMore) {
        Range gap = map.gapAt(end);
        if (needsMore || gap.end() < start + room) {
            refuse(Reason.TOO_SHORT,
                    "the code at 0x%x ends at 0x%x, %d bytes on, with %d bytes of padding".formatted(
                            start, end, end - start, gap.size()));
            return end;
        }
        window = new Range(start, start + room);
        return window.end();
    }

    private void checkWindow() {
        long start = window.start();
        long end = window.end();
        OptionalLong target = map.targetBetween(start, end);
        if (target.isPresent()) {
            refuse(Reason.BRANCH_INSIDE,
                    "a branch may lead to 0x%x, %d bytes into the patch at 0x%x".formatted(
                            target.getAsLong(), target.getAsLong() - start, start));
        } else if (end - 1 > function.computedFrom()) {
            refuse(Reason.COMPUTED_JUMP,
                    "a computed jump may lead anywhere from 0x%x on".formatted(function.computedFrom()));
        } else {
            checkOccupied(window);
        }
    }

    private void checkOccupied(Range written) {
        if (occupied.stream().anyMatch(written::meets)) {
            refuse(Reason.OCCUPIED, "another patch is within %s".formatted(written));
        }
    }

    private void refuse(Reason reason, String text) {
        refusal = new Refusal(site, reason, text);
    }

    /** Returns the detour; there must be no refusal. */
    Detour detour() {
        Block text = function.text();
        byte[] original = Moved.copy(text.bytes(), text.offsetOf(window.start()), (int) window.size());
        Displaced rest = new Displaced(after);
        return new Detour(site, window, original, new Displaced(before),
                goesOn && !endsWithCall() ? rest.thenJumpTo(window.end()) : rest);
    }
}
