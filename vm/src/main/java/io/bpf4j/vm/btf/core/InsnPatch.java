package io.bpf4j.vm.btf.core;

import io.bpf4j.vm.btf.BtfException;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Width;

/** Puts an answer where an instruction has its number: immediate, offset or 64-bit immediate. */
final class InsnPatch {

    private InsnPatch() {}

    /** Whether the answer becomes the offset of a memory access. */
    static boolean isAccess(Insn insn) {
        return insn instanceof Insn.Load || insn instanceof Insn.Store;
    }

    /**
     * Returns the instruction with the kernel's answer in place of the object's own.
     *
     * @throws BtfException if the instruction does not have the object's own answer, or takes none
     */
    static Insn apply(Insn insn, Answer own, Answer answer, AccessPath path) {
        return switch (insn) {
            case Insn.Alu alu when alu.src() instanceof Operand.Immediate immediate -> {
                check(own, immediate.value(), (int) own.value(), path);
                yield new Insn.Alu(alu.operation(), alu.wide(), alu.dst(),
                        Operand.immediate((int) answer.value()));
            }
            case Insn.LoadImmediate64 load when load.kind() == Immediate64.NUMBER -> {
                check(own, load.value(), own.value(), path);
                yield Insn.LoadImmediate64.number(load.dst(), answer.value());
            }
            case Insn.Load load -> {
                check(own, load.offset(), own.value(), path);
                Width width = width(load.width(), own, answer, path);
                yield new Insn.Load(width, load.signed() && width != Width.DOUBLE, load.dst(), load.base(),
                        offset(answer, path));
            }
            case Insn.Store store -> {
                check(own, store.offset(), own.value(), path);
                yield new Insn.Store(width(store.width(), own, answer, path), store.base(),
                        offset(answer, path), store.value());
            }
            default -> throw new BtfException("an instruction that takes no relocation has one for " + path);
        };
    }

    private static void check(Answer own, long found, long expected, AccessPath path) {
        if (own.checked() && found != expected) {
            throw new BtfException("the instruction relocated for " + path + " has " + found
                    + ", the types of the object say " + expected);
        }
    }

    private static short offset(Answer answer, AccessPath path) {
        if (answer.value() < 0 || answer.value() > Short.MAX_VALUE) {
            throw new BtfException("the kernel has " + path + " at offset " + answer.value()
                    + ", no instruction reaches beyond " + Short.MAX_VALUE);
        }
        return (short) answer.value();
    }

    private static Width width(Width width, Answer own, Answer answer, AccessPath path) {
        if (own.accessSize() == answer.accessSize()) {
            return width;
        }
        if (own.accessSize() != width.bytes()) {
            throw new BtfException("an access of " + width.bytes() + " bytes is relocated for " + path
                    + " of " + own.accessSize() + " bytes");
        }
        for (Width other : Width.values()) {
            if (other.bytes() == answer.accessSize()) {
                return other;
            }
        }
        throw new BtfException("the kernel has " + path + " of " + answer.accessSize()
                + " bytes, which no single access reads");
    }
}
