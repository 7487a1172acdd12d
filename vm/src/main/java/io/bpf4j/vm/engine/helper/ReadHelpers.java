package io.bpf4j.vm.engine.helper;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.engine.Environment;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.HelperFunction;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.memory.Memory;
import java.util.Arrays;
import java.util.Map;

/**
 * Reads of memory that may not be there (kernel/trace/bpf_trace.c, mm/maccess.c). What cannot be read completely reads
 * as zeros. The machine's own memory, where the program's stack and maps are, belongs to the kernel, as it does there.
 */
final class ReadHelpers {

    /** Where addresses of user space end, on x86-64 with four levels of page tables (TASK_SIZE_MAX). */
    static final long USER_END = 0x7fff_ffff_f000L;
    private static final int PAGE = 4096;
    /** How much of a string the kernel reads at a time, if it can. */
    private static final int WORD = Long.BYTES;
    /** What an address can have in its upper 17 bits: all the same. */
    private static final int SIGN_SHIFT = 47;

    private ReadHelpers() {}

    /** Which memory is meant. */
    enum Space {
        USER,
        KERNEL,
        /** The one that the address is of (bpf_probe_read_compat). */
        EITHER
    }

    static void addTo(Map<Helper, HelperFunction> table) {
        table.put(Helper.PROBE_READ, (e, r1, r2, r3, r4, r5) -> read(e, Space.EITHER, r1, r2, r3));
        table.put(Helper.PROBE_READ_USER, (e, r1, r2, r3, r4, r5) -> read(e, Space.USER, r1, r2, r3));
        table.put(Helper.PROBE_READ_KERNEL, (e, r1, r2, r3, r4, r5) -> read(e, Space.KERNEL, r1, r2, r3));
        table.put(Helper.COPY_FROM_USER, (e, r1, r2, r3, r4, r5) -> read(e, Space.USER, r1, r2, r3));
        table.put(Helper.PROBE_READ_STR, (e, r1, r2, r3, r4, r5) -> readString(e, Space.EITHER, r1, r2, r3));
        table.put(Helper.PROBE_READ_USER_STR,
                (e, r1, r2, r3, r4, r5) -> readString(e, Space.USER, r1, r2, r3));
        table.put(Helper.PROBE_READ_KERNEL_STR,
                (e, r1, r2, r3, r4, r5) -> readString(e, Space.KERNEL, r1, r2, r3));
    }

    static boolean isOwn(Execution execution, long address) {
        Memory memory = execution.memory();
        return address >= memory.base() && address - memory.base() < memory.size();
    }

    private static boolean isUser(Execution execution, Space space, long address) {
        return space == Space.USER
                || space == Space.EITHER && !isOwn(execution, address)
                        && Long.compareUnsigned(address, USER_END) < 0;
    }

    /** Returns whether the kernel would even try (copy_from_kernel_nofault_allowed). */
    private static boolean isKernel(Execution execution, long address) {
        return isOwn(execution, address)
                || Long.compareUnsigned(address, USER_END + PAGE) >= 0 && address >> SIGN_SHIFT == -1;
    }

    /** Reads as much as there is; returns how many bytes, or a negative error number if nothing can be read. */
    static long fetch(Execution execution, Space space, long target, int size, long address) {
        Environment environment = execution.environment();
        if (isUser(execution, space, address)) {
            boolean outside = Long.compareUnsigned(address, USER_END) >= 0
                    || Long.compareUnsigned(size, USER_END - address) > 0;
            return outside ? 0 : environment.readUser(address, execution.memory(), target, size);
        }
        if (!isKernel(execution, address)) {
            return ErrorNumber.ERANGE.result();
        }
        if (isOwn(execution, address)) {
            Memory memory = execution.memory();
            int there = (int) Math.min(size, memory.base() + memory.size() - address);
            memory.copy(address, target, there);
            return there;
        }
        return environment.readKernel(address, execution.memory(), target, size);
    }

    private static long read(Execution execution, Space space, long target, long length, long address) {
        int size = size(execution, target, length);
        if (size == 0) {
            return 0;
        }
        long got = fetch(execution, space, target, size, address);
        if (got == size) {
            return 0;
        }
        execution.memory().clear(target, size);
        return got < 0 ? got : ErrorNumber.EFAULT.result();
    }

    /** Checks where a helper is to write; sizes are 32 bits to the kernel. */
    private static int size(Execution execution, long target, long length) {
        int size = (int) length;
        execution.check(target, size & 0xffff_ffffL, true);
        return size;
    }

    private static long readString(Execution execution, Space space, long target, long length, long address) {
        int size = size(execution, target, length);
        if (size <= 0) {
            return 0;
        }
        boolean words = isUser(execution, space, address);
        long result = string(execution, space, target, size, address, words);
        if (result < 0) {
            execution.memory().clear(target, size);
        }
        return result;
    }

    /**
     * Reads up to a zero.
     *
     * @param words whether the rest of the word in which the zero is becomes zeros too, as do_strncpy_from_user does it
     * @return the length with the zero, or a negative error number
     */
    static long string(Execution execution, Space space, long target, int size, long address, boolean words) {
        Memory memory = execution.memory();
        byte[] before = memory.getBytes(target, size);
        for (int done = 0; done < size;) {
            int chunk = (int) Math.min(size - done, PAGE - (address + done & PAGE - 1));
            long got = fetch(execution, space, target + done, chunk, address + done);
            if (got < 0) {
                return got;
            }
            for (int i = done; i < done + got; i++) {
                if (memory.load(Width.BYTE, target + i) == 0) {
                    int wordEnd = (i / WORD + 1) * WORD;
                    int kept = words && wordEnd <= size ? wordEnd : i + 1;
                    memory.clear(target + i, kept - i);
                    memory.putBytes(target + kept, Arrays.copyOfRange(before, kept, size));
                    return i + 1L;
                }
            }
            if (got < chunk) {
                return ErrorNumber.EFAULT.result();
            }
            done += chunk;
        }
        memory.clear(target + size - 1, 1);
        return size;
    }
}
