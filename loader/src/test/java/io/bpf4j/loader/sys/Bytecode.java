package io.bpf4j.loader.sys;

import java.io.ByteArrayOutputStream;

/** Writes instructions by hand (RFC 9669, section 3), so that these tests rest on nothing but the kernel. */
public final class Bytecode {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** One instruction. */
    public Bytecode insn(int opcode, int dst, int src, int offset, int immediate) {
        out.write(opcode);
        out.write(src << 4 | dst);
        out.write(offset);
        out.write(offset >> 8);
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            out.write(immediate >> shift);
        }
        return this;
    }

    /** {@code dst = imm}. */
    public Bytecode mov(int dst, int immediate) {
        return insn(0xb7, dst, 0, 0, immediate);
    }

    /** {@code dst = src}. */
    public Bytecode movReg(int dst, int src) {
        return insn(0xbf, dst, src, 0, 0);
    }

    /** {@code dst += imm}. */
    public Bytecode add(int dst, int immediate) {
        return insn(0x07, dst, 0, 0, immediate);
    }

    /** {@code *(u64 *)(dst + offset) = src}. */
    public Bytecode storeLong(int dst, int offset, int src) {
        return insn(0x7b, dst, src, offset, 0);
    }

    /** {@code *(u32 *)(dst + offset) = imm}. */
    public Bytecode storeInt(int dst, int offset, int immediate) {
        return insn(0x62, dst, 0, offset, immediate);
    }

    /** {@code dst = *(u64 *)(src + offset)}. */
    public Bytecode loadLong(int dst, int src, int offset) {
        return insn(0x79, dst, src, offset, 0);
    }

    /** {@code *(u64 *)(dst + offset) += src}, atomically. */
    public Bytecode atomicAdd(int dst, int offset, int src) {
        return insn(0xdb, dst, src, offset, 0);
    }

    /** {@code dst = map}: BPF_PSEUDO_MAP_FD. */
    public Bytecode map(int dst, Fd map) {
        return insn(0x18, dst, 1, 0, map.number()).insn(0, 0, 0, 0, 0);
    }

    /** {@code dst = &value of the map's first entry, plus offset}: BPF_PSEUDO_MAP_VALUE. */
    public Bytecode mapValue(int dst, Fd map, int offset) {
        return insn(0x18, dst, 2, 0, map.number()).insn(0, 0, 0, 0, offset);
    }

    /** Calls helper {@code id}. */
    public Bytecode call(int id) {
        return insn(0x85, 0, 0, 0, id);
    }

    /** {@code return r0}. */
    public Bytecode exit() {
        return insn(0x95, 0, 0, 0, 0);
    }

    /** All instructions so far. */
    public byte[] bytes() {
        return out.toByteArray();
    }
}
