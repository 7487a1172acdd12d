package io.bpf4j.vm.patch;

import io.bpf4j.vm.x64.DecodedInsn;
import io.bpf4j.vm.x64.Transfer;
import io.bpf4j.vm.x64.X64Decoder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Makes a {@link CodeMap}. What may be entered is estimated from above; an address counts as entered if
 * <ul>
 * <li>a direct branch leads there, as a linear decoding of the text sees it, which begins anew at every known function;
 * <li>an instruction names it: relative to rip, or as an immediate of 32 bits;
 * <li>it stands, 8 bytes wide and aligned, anywhere in the data: tables of Go and of programs at fixed addresses,
 * pointers to functions, labels as values;
 * <li>it is in what looks like a table of 4-byte distances from the table's own start, at an address that an
 * instruction names: what gcc and clang make of {@code switch} in position-independent code.
 * </ul>
 * The last three count only where the decoding sees an instruction begin.
 *
 * <p>Padding is what comes after an instruction that does not go on, and consists of nops and int3 only. If no known
 * function begins at its end, what follows its last multiple of 16 may be a function that begins with nops, and does
 * not count.
 */
final class CodeScan {
    /** To what compilers align functions, at least, if they align them. */
    private static final int FUNCTION_ALIGNMENT = 16;

    private static final int MOST_TABLE_ENTRIES = 1 << 16;

    private final ModuleText module;
    private final Block text;
    private final Range range;
    /** Where branches lead. */
    private final BitSet targets = new BitSet();
    /** Where control may come by addresses in data and in operands. */
    private final BitSet named = new BitSet();
    /** Where the linear decoding saw instructions begin. */
    private final BitSet boundaries = new BitSet();
    private final List<Range> gaps = new ArrayList<>();
    private final X64Decoder decoder = new X64Decoder();
    /** Where the padding began that the scan is in; -1 if it is in none. */
    private long gap = -1;

    CodeScan(ModuleText module) {
        this.module = module;
        this.text = module.text();
        this.range = text.range();
    }

    CodeMap scan() {
        scanCode();
        module.data().forEach(this::scanAddresses);
        scanAddresses(text);
        named.and(boundaries);
        targets.or(named);
        for (long start : module.starts()) {
            mark(targets, start);
        }
        for (long entry : module.entries()) {
            mark(targets, entry);
        }
        gaps.removeIf(this::isEntered);
        return new CodeMap(module, targets, gaps);
    }

    private void mark(BitSet set, long address) {
        if (range.contains(address)) {
            set.set(text.offsetOf(address));
        }
    }

    private boolean isEntered(Range padding) {
        int next = targets.nextSetBit(text.offsetOf(padding.start()));
        return next >= 0 && text.address() + next < padding.end();
    }

    private void scanCode() {
        long[] starts = module.starts();
        int next = 0;
        long at = range.start();
        while (at < range.end()) {
            while (next < starts.length && starts[next] <= at) {
                next++;
            }
            long limit = next < starts.length ? Math.min(starts[next], range.end()) : range.end();
            if (next > 0 && starts[next - 1] == at) {
                closeGap(at, true);
            }
            // An instruction may cross a label, such as one after a lock prefix: its target counts, and then the label.
            decoder.decode(text.bytes(), text.offsetOf(at), text.bytes().length);
            note(at);
            at = Math.min(limit, at + Math.max(1, decoder.length()));
        }
        closeGap(at, false);
    }

    private void note(long at) {
        if (!decoder.isValid()) {
            closeGap(at, false);
            return;
        }
        mark(boundaries, at);
        if (isPadding(decoder)) {
            return;
        }
        closeGap(at, false);
        if (decoder.transfer().isRelative()) {
            mark(targets, decoder.branchTarget(at));
        } else if (decoder.isRipRelative()) {
            name(decoder.ripTarget(at));
        }
        if (decoder.immediateSize() == 4 && !decoder.transfer().isRelative()) {
            mark(named, decoder.immediate() & 0xffff_ffffL);
        }
        if (decoder.transfer().endsFlow()) {
            gap = at + decoder.length();
        }
    }

    private void closeGap(long end, boolean isStart) {
        if (gap >= 0) {
            long close = isStart ? end : Math.max(gap, end & -FUNCTION_ALIGNMENT);
            if (close > gap) {
                gaps.add(new Range(gap, close));
            }
        }
        gap = -1;
    }

    /** Returns whether an instruction is what assemblers and linkers fill gaps with. */
    static boolean isPadding(DecodedInsn insn) {
        if (insn.encoding() != DecodedInsn.Encoding.LEGACY) {
            return false;
        }
        boolean isNop = insn.map() == 0 && insn.opcode() == 0x90 && (insn.rex() & 1) == 0
                || insn.map() == 1 && insn.opcode() == 0x1f;
        return isNop || insn.transfer() == Transfer.BREAKPOINT;
    }

    /** Takes an address that an instruction names: of code, or of a table of distances to code. */
    private void name(long address) {
        mark(named, address);
        Block home = home(address);
        if (home == null) {
            return;
        }
        ByteBuffer numbers = home.numbers();
        int at = home.offsetOf(address);
        for (int i = 0; i < MOST_TABLE_ENTRIES && at + Integer.BYTES <= home.bytes().length; i++) {
            long target = address + numbers.getInt(at);
            if (!range.contains(target)) {
                return;
            }
            mark(named, target);
            at += Integer.BYTES;
        }
    }

    private Block home(long address) {
        for (Block block : module.data()) {
            if (block.has(address, Integer.BYTES)) {
                return block;
            }
        }
        return text.has(address, Integer.BYTES) ? text : null;
    }

    private void scanAddresses(Block block) {
        ByteBuffer numbers = block.numbers();
        int first = (int) (-block.address() & Long.BYTES - 1);
        for (int at = first; at + Long.BYTES <= block.bytes().length; at += Long.BYTES) {
            mark(named, numbers.getLong(at));
        }
    }
}
