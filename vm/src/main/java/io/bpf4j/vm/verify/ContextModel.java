package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import java.util.List;

/**
 * What a program may do with the context in R1: a table of fields.
 *
 * @param name for messages, such as {@code the registers (struct pt_regs)}
 * @param size in bytes
 * @param fields by rising offset
 */
public record ContextModel(String name, int size, List<Field> fields) {

    /** What a load of a field gives. */
    public enum Content {
        NUMBER,
        /** The start of the packet's data. */
        PACKET,
        /** The end of the packet's data. */
        PACKET_END,
        /** The start of the metadata before the packet. */
        PACKET_META,
        /** A socket, or null. */
        SOCKET
    }

    /**
     * Part of a context.
     *
     * @param offset in bytes from the start
     * @param size in bytes
     * @param unit the bytes of one element; accesses stay inside one. 0 if any aligned access will do
     * @param narrow whether less than a whole unit may be read
     * @param writable whether programs may write whole units
     */
    public record Field(int offset, int size, int unit, Content content, boolean narrow, boolean writable) {

        boolean contains(int from, int bytes) {
            return from >= offset && from + bytes <= offset + size;
        }

        boolean allows(int from, int bytes, boolean write) {
            if (write && (!writable || unit != 0 && bytes != unit)) {
                return false;
            }
            int within = unit == 0 ? 0 : (from - offset) % unit;
            return unit == 0 || bytes == unit || narrow && within + bytes <= unit;
        }
    }

    /** The most that a tracepoint's record may have (include/linux/trace_events.h, PERF_MAX_TRACE_SIZE). */
    private static final int RECORD_BYTES = 8192;
    /** The fields that every tracepoint's record starts with, which the kernel keeps to itself. */
    private static final int RECORD_HEADER = 8;
    /** The arguments of a raw tracepoint or traced function (include/linux/bpf.h, MAX_BPF_FUNC_ARGS). */
    private static final int ARGUMENT_BYTES = 12 * Long.BYTES;
    private static final int SYSCALL_BYTES = 0xffff;

    /** Copies the fields. */
    public ContextModel {
        fields = List.copyOf(fields);
    }

    /** Returns the context of a program type: that of the kernel, for a tracepoint without its record's size. */
    public static ContextModel of(ProgramType type) {
        return switch (type) {
            case KPROBE -> readOnly("the registers (struct pt_regs)", PtRegs.SIZE);
            case TRACEPOINT -> tracepoint(RECORD_BYTES);
            case RAW_TRACEPOINT, TRACING, LSM, RAW_TRACEPOINT_WRITABLE ->
                readOnly("the arguments", ARGUMENT_BYTES);
            case PERF_EVENT -> perfEvent();
            case SYSCALL -> memory("the context", SYSCALL_BYTES, true);
            default -> NetworkContexts.of(type);
        };
    }

    /** Returns the context of a program: for some types, what may be accessed depends on the place. */
    public static ContextModel of(Program program) {
        return program.type() == ProgramType.CGROUP_SOCK_ADDR
                && program.attach() instanceof AttachSpec.Other(var section)
                        ? NetworkContexts.ofAddress(section)
                        : of(program.type());
    }

    /** Returns the context of a tracepoint whose record has a number of bytes. */
    public static ContextModel tracepoint(int bytes) {
        return new ContextModel("the tracepoint's record", bytes,
                List.of(new Field(RECORD_HEADER, bytes - RECORD_HEADER, 0, Content.NUMBER, true, false)));
    }

    /** Returns a context of plain memory. */
    public static ContextModel memory(String name, int bytes, boolean writable) {
        return new ContextModel(name, bytes, List.of(new Field(0, bytes, 0, Content.NUMBER, true, writable)));
    }

    private static ContextModel readOnly(String name, int bytes) {
        return memory(name, bytes, false);
    }

    /** The registers of a sample can be read whole only (kernel/trace/bpf_trace.c, pe_prog_is_valid_access). */
    private static ContextModel perfEvent() {
        int size = PtRegs.SIZE + 2 * Long.BYTES;
        return new ContextModel("the sample (struct bpf_perf_event_data)", size, List.of(
                new Field(0, PtRegs.SIZE, Long.BYTES, Content.NUMBER, false, false),
                new Field(PtRegs.SIZE, 2 * Long.BYTES, Long.BYTES, Content.NUMBER, true, false)));
    }

    /** Returns the field that an access is allowed to, or null. */
    Field access(long offset, int bytes, boolean write) {
        if (offset < 0 || offset + bytes > size || offset % bytes != 0) {
            return null;
        }
        for (Field field : fields) {
            if (field.contains((int) offset, bytes) && field.allows((int) offset, bytes, write)) {
                return field;
            }
        }
        return null;
    }

    /** Returns why an access is not allowed, as the end of a sentence. */
    String objection(long offset, int bytes, boolean write) {
        if (offset < 0 || offset + bytes > size) {
            return "which has " + size + " bytes";
        }
        if (offset % bytes != 0) {
            return "where " + bytes + " bytes must start at a multiple of " + bytes;
        }
        if (write && access(offset, bytes, false) != null) {
            return "which must not be written there";
        }
        return fields.stream().anyMatch(field -> field.contains((int) offset, 1))
                ? "where fields must be accessed as a whole"
                : "where there is no field for this type of program";
    }
}
