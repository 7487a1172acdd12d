package io.bpf4j.loader.sys;

import io.bpf4j.vm.abi.ProgramType;
import java.util.List;

/**
 * A program for the kernel.
 *
 * @param type
 *            the kernel's number of the program's type, see {@link ProgramType}
 * @param attachType
 *            the kernel's number of what it will be attached to, see {@link AttachType}
 * @param attachTypeId
 *            BTF id, in the running kernel's BTF, of the function that a {@link ProgramType#TRACING} program is for;
 *            else 0
 * @param flags
 *            BPF_F_* of program loading
 * @param name
 *            at most 15 letters, digits, '_' or '.'; what is longer is cut
 * @param license
 *            the licence string; helpers for tracing ask for one compatible with the GPL
 * @param instructions
 *            8 bytes each; owned by the caller, not changed
 * @param debug
 *            which BTF describes functions and lines
 * @param descriptors
 *            numbers of map descriptors that instructions refer to by index ({@code fd_array})
 */
public record ProgramParameters(int type, int attachType, int attachTypeId, int flags, String name,
        String license,
        byte[] instructions, Debug debug, List<Integer> descriptors) {
    /** BPF_F_SLEEPABLE: may wait for user memory to be paged in. */
    public static final int SLEEPABLE = 1 << 4;
    /** Bytes of an instruction. */
    public static final int INSTRUCTION_SIZE = 8;

    /** Copies the list and checks the instructions' length. */
    public ProgramParameters {
        if (instructions.length == 0 || instructions.length % INSTRUCTION_SIZE != 0) {
            throw new IllegalArgumentException(
                    "instructions are 8 bytes each, got " + instructions.length + " bytes");
        }
        descriptors = List.copyOf(descriptors);
    }

    /**
     * Names and lines of a program.
     *
     * @param btfFd
     *            the number of a BTF object's descriptor; 0 for none
     * @param functions
     *            {@code struct bpf_func_info} records of {@link #FUNCTION_RECORD} bytes
     * @param lines
     *            {@code struct bpf_line_info} records of {@link #LINE_RECORD} bytes
     */
    public record Debug(int btfFd, byte[] functions, byte[] lines) {
        /** {@code insn_off, type_id}. */
        public static final int FUNCTION_RECORD = 8;
        /** {@code insn_off, file_name_off, line_off, line_col}. */
        public static final int LINE_RECORD = 16;
        /** No names, no lines. */
        public static final Debug NONE = new Debug(0, new byte[0], new byte[0]);
    }

    /** A GPL program with no flags, no BTF and no attach type. */
    public static ProgramParameters of(ProgramType type, String name, byte[] instructions) {
        return new ProgramParameters(type.number(), 0, 0, 0, name, "GPL", instructions, Debug.NONE,
                List.of());
    }

    /** The same for an attach type and, for tracing programs, the BTF id of its target. */
    public ProgramParameters withAttach(AttachType newType, int newTypeId) {
        return new ProgramParameters(type, newType.number(), newTypeId, flags, name, license, instructions,
                debug,
                descriptors);
    }

    /** The same with other flags. */
    public ProgramParameters withFlags(int newFlags) {
        return new ProgramParameters(type, attachType, attachTypeId, newFlags, name, license, instructions,
                debug,
                descriptors);
    }

    /** The same with names and lines. */
    public ProgramParameters withDebug(Debug newDebug) {
        return new ProgramParameters(type, attachType, attachTypeId, flags, name, license, instructions,
                newDebug,
                descriptors);
    }

    /** The same with a descriptor array. */
    public ProgramParameters withDescriptors(List<Integer> newDescriptors) {
        return new ProgramParameters(type, attachType, attachTypeId, flags, name, license, instructions,
                debug,
                newDescriptors);
    }
}
