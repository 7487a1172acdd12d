package io.bpf4j.vm.engine.helper;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.HelperFunction;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.memory.Memory;
import java.util.Arrays;
import java.util.Map;

/** Comparing, reading and writing text (kernel/bpf/helpers.c, kernel/trace/bpf_trace.c). */
final class TextHelpers {

    private static final long LOW = 0xffff_ffffL;
    private static final long INVALID = ErrorNumber.EINVAL.result();
    /** The most arguments of a format: MAX_BPRINTF_VARARGS. */
    private static final int MAX_ARGUMENTS = 12;
    /** The arguments of {@code bpf_trace_printk}. */
    private static final int PRINTK_ARGUMENTS = 3;
    /** The most characters that {@code bpf_trace_printk} prints, with the zero: MAX_BPRINTF_BUF. */
    private static final int MAX_PRINTED = 1024;

    private TextHelpers() {}

    static void addTo(Map<Helper, HelperFunction> table) {
        table.put(Helper.STRNCMP, TextHelpers::compare);
        table.put(Helper.STRTOL, (e, r1, r2, r3, r4, r5) -> number(e, r1, r2, r3, r4, true));
        table.put(Helper.STRTOUL, (e, r1, r2, r3, r4, r5) -> number(e, r1, r2, r3, r4, false));
        table.put(Helper.SNPRINTF, TextHelpers::print);
        table.put(Helper.TRACE_PRINTK, TextHelpers::trace);
        table.put(Helper.TRACE_VPRINTK, TextHelpers::traceMany);
    }

    /** Compares as strncmp does, with -1, 0 or 1 (lib/string.c). */
    private static long compare(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        long size = r2 & LOW;
        execution.check(r1, size, false);
        Memory memory = execution.memory();
        for (long i = 0; i < size; i++) {
            execution.check(r3 + i, 1, false);
            long first = memory.load(Width.BYTE, r1 + i);
            long second = memory.load(Width.BYTE, r3 + i);
            if (first != second) {
                return first < second ? -1 : 1;
            }
            if (first == 0) {
                return 0;
            }
        }
        return 0;
    }

    private static long number(Execution execution, long text, long length, long flags, long result,
            boolean signed) {
        execution.check(text, length & LOW, false);
        execution.check(result, Long.BYTES, true);
        Memory memory = execution.memory();
        byte[] bytes = memory.getBytes(text, (int) Math.min(length & LOW, Integer.MAX_VALUE));
        memory.putLong(result, 0);
        NumberText number = NumberText.parse(bytes, flags);
        if (number.result() < 0) {
            return number.result();
        }
        if (signed) {
            long value = number.negative() ? -number.value() : number.value();
            if (number.negative() ? value > 0 : value < 0) {
                return ErrorNumber.ERANGE.result();
            }
            memory.putLong(result, value);
        } else if (number.negative()) {
            return INVALID;
        } else {
            memory.putLong(result, number.value());
        }
        return number.result();
    }

    /** Reads a format up to its zero; null if there is none in the first bytes. */
    private static byte[] format(Execution execution, long address, long most) {
        Memory memory = execution.memory();
        int length = 0;
        while (true) {
            if (length >= most) {
                return null;
            }
            execution.check(address + length, 1, false);
            if (memory.load(Width.BYTE, address + length) == 0) {
                return memory.getBytes(address, length);
            }
            length++;
        }
    }

    private static long[] arguments(Execution execution, long address, int bytes) {
        long[] arguments = new long[bytes / Long.BYTES];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = execution.memory().getLong(address + (long) i * Long.BYTES);
        }
        return arguments;
    }

    private static boolean areArguments(long address, long bytes) {
        return bytes % Long.BYTES == 0 && bytes <= MAX_ARGUMENTS * Long.BYTES && (bytes == 0 || address != 0);
    }

    private static long print(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        long room = r2 & LOW;
        long bytes = r5 & LOW;
        if (!areArguments(r4, bytes)) {
            return INVALID;
        }
        execution.check(r1, room, true);
        execution.check(r4, bytes, false);
        byte[] format = format(execution, r3, Integer.MAX_VALUE);
        PrintFormat print = new PrintFormat(execution, format, arguments(execution, r4, (int) bytes),
                room);
        long error = print.run();
        if (error != 0) {
            return error;
        }
        byte[] text = print.text();
        if (room > 0) {
            int kept = (int) Math.min(text.length, room - 1);
            execution.memory().putBytes(r1, Arrays.copyOf(text, kept));
            execution.memory().clear(r1 + kept, 1);
        }
        return text.length + 1L;
    }

    private static long trace(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        return trace(execution, r1, r2, new long[]{r3, r4, r5}, PRINTK_ARGUMENTS);
    }

    private static long traceMany(Execution execution, long r1, long r2, long r3, long r4, long r5) {
        long bytes = r4 & LOW;
        if (!areArguments(r3, bytes)) {
            return INVALID;
        }
        execution.check(r3, bytes, false);
        long[] arguments = arguments(execution, r3, (int) bytes);
        return trace(execution, r1, r2, arguments, arguments.length);
    }

    private static long trace(Execution execution, long format, long size, long[] arguments, int count) {
        byte[] bytes = format(execution, format, size & LOW);
        if (bytes == null) {
            return INVALID;
        }
        PrintFormat print = new PrintFormat(execution, bytes, Arrays.copyOf(arguments, count),
                MAX_PRINTED);
        long error = print.run();
        if (error != 0) {
            return error;
        }
        byte[] text = print.text();
        execution.environment().print(Arrays.copyOf(text, Math.min(text.length, MAX_PRINTED - 1)));
        return text.length;
    }
}
