package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.explain.Complaint.Space;
import io.bpf4j.vm.explain.Memory;
import io.bpf4j.vm.type.VoidType;
import java.util.List;

/** Bounds of what pointers point to, but for the stack and the context (check_mem_region_access). */
final class Regions {

    /** The greatest offset that may be added to an address (include/linux/bpf_verifier.h, BPF_MAX_VAR_OFF). */
    private static final long MAX_OFFSET = 1 << 29;

    private final Walk walk;

    Regions(Walk walk) {
        this.walk = walk;
    }

    /**
     * Checks an access, whatever the variable part of the address is.
     *
     * @param offset the constant part
     */
    void check(int register, Pointer pointer, long offset, long bytes, boolean write) {
        switch (pointer.target()) {
            case PointerTarget.MapValue(var map) -> {
                if (write && MapRules.isReadOnly(map)) {
                    throw readOnly(register, pointer);
                }
                within(register, pointer, offset, bytes, map.valueSize());
            }
            case PointerTarget.MapKey(var map) -> {
                if (write) {
                    throw readOnly(register, pointer);
                }
                within(register, pointer, offset, bytes, map.keySize());
            }
            case PointerTarget.RingRecord(var size) -> within(register, pointer, offset, bytes, size);
            case PointerTarget.Block(var name, var size, var writable) -> {
                if (write && !writable) {
                    throw readOnly(register, pointer);
                }
                within(register, pointer, offset, bytes, size);
            }
            case PointerTarget.Typed target -> typed(register, pointer, target, offset, bytes, write);
            case PointerTarget.Packet target -> packet(register, pointer, offset, bytes, write);
            case PointerTarget.PacketMeta target -> packet(register, pointer, offset, bytes, write);
            default -> throw Refusal.of(RejectionKind.NOT_A_POINTER, register,
                    (write ? "writes " : "reads ") + "memory through r" + register + ", which is " + pointer
                            + " and has no bytes to access",
                    pointer.target() instanceof PointerTarget.MapHandle
                            ? "look a value up with bpf_map_lookup_elem"
                            : "");
        }
    }

    /** What a helper is given whole; a program reads one field at a time. */
    private void typed(int register, Pointer pointer, PointerTarget.Typed target, long offset, long bytes,
            boolean write) {
        if (write) {
            throw readOnly(register, pointer);
        }
        if (!target.trusted() || !pointer.isFixed()) {
            throw Refusal.of(RejectionKind.ARGUMENT, register, "gives a helper " + pointer
                    + ", which may not exist any more", "read it with bpf_probe_read_kernel");
        }
        int size = walk.input().types().orElseThrow().size(target);
        within(register, pointer, offset, bytes, size);
    }

    private static Refusal readOnly(int register, Pointer pointer) {
        return Refusal.of(RejectionKind.READ_ONLY, register,
                "writes to " + pointer.target().words() + ", which may only be read", "");
    }

    private void within(int register, Pointer pointer, long offset, long bytes, int size) {
        ScalarRange variable = pointer.variable();
        long first = offset + variable.signedMin();
        if (variable.signedMin() < 0
                && (variable.signedMin() == Long.MIN_VALUE || first != (int) first || first < 0)) {
            throw outside(register, pointer, offset, bytes, size,
                    "make the index unsigned, or test that it is not negative");
        }
        if (first < 0 || first + bytes > size) {
            throw outside(register, pointer, offset, bytes, size, "");
        }
        if (Long.compareUnsigned(variable.unsignedMax(), MAX_OFFSET) >= 0
                || variable.unsignedMax() + offset + bytes > size) {
            throw outside(register, pointer, offset, bytes, size, bound("the index", size - offset - bytes));
        }
    }

    /** Says how to bound an index whose greatest value may be {@code limit}. */
    static String bound(String number, long limit) {
        if (limit < 0) {
            return "";
        }
        String mask = Long.toHexString(Long.highestOneBit(limit + 1) - 1);
        return "test " + number + " <= " + limit + " first"
                + (limit == 0 ? "" : ", or mask it with & 0x" + mask);
    }

    private Refusal outside(int register, Pointer pointer, long offset, long bytes, int size,
            String hint) {
        String place = pointer.isFixed()
                ? "offset " + (offset + pointer.variable().value())
                : "offset " + offset + " plus an index that is " + pointer.variable();
        return Refusal.of(RejectionKind.OUT_OF_BOUNDS, register, "accesses " + bytes
                + (bytes == 1 ? " byte" : " bytes") + " at " + place + " of " + pointer.target().words()
                + ", which has " + size + " bytes", hint)
                .in(new Space(memory(pointer, offset), size,
                        pointer.isFixed() ? "" : pointer.variable().toString(), false));
    }

    /** Returns what is known of the memory that an access starts in. */
    private Memory memory(Pointer pointer, long offset) {
        long first = offset + Math.max(0,
                pointer.isFixed() ? pointer.variable().value() : pointer.variable().signedMin());
        if (pointer.target() instanceof PointerTarget.MapValue(var map)) {
            return new Memory(pointer.target().words(), map.value(), walk.input().globalsOf(map.name()),
                    first);
        }
        return new Memory(pointer.target().words(), VoidType.VOID, List.of(), first);
    }

    /** Returns how many bytes are left behind an address, whatever its variable part; -1 if that is not known. */
    long left(Pointer pointer) {
        long size = switch (pointer.target()) {
            case PointerTarget.MapValue(var map) -> map.valueSize();
            case PointerTarget.RingRecord(var bytes) -> bytes;
            case PointerTarget.Block(var name, var bytes, var writable) -> bytes;
            case PointerTarget.Stack target -> 0;
            default -> -1;
        };
        boolean known = size >= 0 && pointer.variable().signedMin() >= 0
                && pointer.variable().signedMax() < MAX_OFFSET;
        return known ? size - pointer.offset() - pointer.variable().signedMax() : -1;
    }

    /** Returns the memory behind an address, which a size is too great for. */
    Space space(Pointer pointer, ScalarRange size) {
        Memory memory = pointer.isStack()
                ? new Memory("the stack", VoidType.VOID, List.of(), 0)
                : memory(pointer, pointer.offset());
        return new Space(memory, (int) (left(pointer) + memory.offset()), size.toString(), true);
    }

    private void packet(int register, Pointer pointer, long offset, long bytes, boolean write) {
        if (write && walk.program().type() == ProgramType.CGROUP_SKB) {
            throw readOnly(register, pointer);
        }
        if (pointer.variable().signedMin() < 0 || offset < 0 || offset + bytes > pointer.packetRange()) {
            throw Refusal.of(RejectionKind.OUT_OF_BOUNDS, register,
                    "accesses " + bytes + " bytes at offset " + offset
                            + " of " + pointer.target().words() + ", of which " + pointer.packetRange()
                            + " bytes are known to exist",
                    "compare the address behind the access with the packet's end");
        }
    }
}
