package io.bpf4j.vm.isa;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Instructions to bytes and back: all of RFC 9669, little-endian.
 *
 * <p>Decoding is as strict as the kernel (kernel/bpf/verifier.c, check_alu_op, check_cond_jmp_op, do_check and
 * resolve_pseudo_ldimm64): a field that an instruction does not use must be zero. One thing the kernel lets pass is
 * refused too, because the standard forbids it: an offset in {@code exit}. So bytes that are accepted are exactly
 * those that {@link #encode} makes:
 *
 * <pre>
 * encode(decode(bytes)) equals bytes;  decode(encode(instructions)) equals instructions
 * </pre>
 *
 * <p>What newer kernels have beyond the standard is unknown here: {@code may_goto}, {@code addr_space_cast}, and the
 * load-acquire and store-release forms of atomic operations.
 *
 * <p>Whether registers are initialised, jumps lead anywhere or shifts are in range is for a verifier to say.
 */
public final class InsnCodec {

    private InsnCodec() {}

    /** Encodes instructions, 8 bytes for every slot. */
    public static byte[] encode(List<Insn> instructions) {
        int slots = 0;
        for (Insn insn : instructions) {
            slots += insn.slots();
        }
        ByteBuffer out = ByteBuffer.allocate(slots * RawSlot.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Insn insn : instructions) {
            out.putLong(InsnEncoder.encode(insn).bits());
            if (insn instanceof Insn.LoadImmediate64 load) {
                out.putLong(InsnEncoder.secondHalf(load).bits());
            }
        }
        return out.array();
    }

    /**
     * Decodes instructions.
     *
     * @throws MalformedProgramException naming the first slot and field that are wrong
     */
    public static List<Insn> decode(byte[] bytes) {
        return decode(ByteBuffer.wrap(bytes));
    }

    /**
     * Decodes the bytes between the buffer's position and limit, whatever its byte order; the buffer is not changed.
     *
     * @throws MalformedProgramException naming the first slot and field that are wrong
     */
    public static List<Insn> decode(ByteBuffer bytes) {
        ByteBuffer in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        int slots = in.remaining() / RawSlot.BYTES;
        if (in.remaining() % RawSlot.BYTES != 0) {
            throw new MalformedProgramException(slots,
                    "has " + in.remaining() % RawSlot.BYTES + " bytes, not " + RawSlot.BYTES);
        }
        List<Insn> instructions = new ArrayList<>(slots);
        for (int slot = 0; slot < slots;) {
            RawSlot first = RawSlot.of(in.getLong());
            boolean pair = first.opcode() == InsnDecoder.LOAD_IMMEDIATE_64;
            if (pair && slot + 1 == slots) {
                throw new MalformedProgramException(slot, "64-bit immediate without its second half");
            }
            InsnDecoder decoder = new InsnDecoder(slot, first);
            Insn insn = pair ? decoder.loadImmediate64(RawSlot.of(in.getLong())) : decoder.decode();
            instructions.add(insn);
            slot += insn.slots();
        }
        return List.copyOf(instructions);
    }
}
