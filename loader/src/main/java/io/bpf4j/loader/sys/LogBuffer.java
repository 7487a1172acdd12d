package io.bpf4j.loader.sys;

import io.bpf4j.loader.sys.NativeMemory.Block;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Repeats a load until the kernel has taken it, or its whole log of why not is here.
 *
 * <p>
 * The kernel answers ENOSPC when a log does not fit, and since Linux 6.4 says how long it is ({@code log_true_size});
 * older kernels leave that 0. Those newer ones keep the end of a log that does not fit, or its beginning where
 * BPF_LOG_FIXED asks for that (kernel/bpf/log.c, bpf_verifier_vlog): of a very long log, as a loop gives, both ends are
 * kept, with a line between them that says how much is missing.
 * It answers EAGAIN when a signal arrived during verification.
 */
final class LogBuffer {
    private static final int FIRST_SIZE = 1 << 20;
    /** Of a longer log, {@link #FIRST_SIZE} bytes of each end are kept. */
    private static final int LONGEST_WHOLE = 16 << 20;
    /** kernel/bpf/log.c, bpf_verifier_log_attr_valid: a log is at most UINT_MAX >> 2 bytes. */
    private static final int LAST_SIZE = Integer.MAX_VALUE >> 1;
    private static final int INTERRUPTIONS = 5;
    /** kernel/bpf/log.c, BPF_LOG_FIXED: what does not fit is lost at the end, not at the beginning. */
    private static final int KEEP_BEGINNING = 8;

    private final Kernel kernel;
    private final Command command;
    private final Block attribute;
    private final Fields fields;

    /** Where the attribute has its log fields. */
    record Fields(int level, int size, int buffer, int trueSize) {}

    /** The outcome of a load that went well. */
    record Loaded(Fd fd, String log) {}

    LogBuffer(Kernel kernel, Command command, Block attribute, Fields fields) {
        this.kernel = kernel;
        this.command = command;
        this.attribute = attribute;
        this.fields = fields;
    }

    /**
     * Loads; the first attempt asks for no log if {@code level} is 0, since writing one costs time.
     *
     * @throws RejectedException
     *             with the whole log, or the first and last megabyte of one that is longer than 16
     */
    Loaded load(int level, Supplier<String> detail) {
        return load(level, Math.max(level, 1), detail);
    }

    /** The same, with another level of the log of a refusal, not 0. */
    Loaded load(int level, int refusalLevel, Supplier<String> detail) {
        Errno refusal = Errno.ENOSPC;
        if (level == 0) {
            long result = call(0, Block.NONE);
            if (!SystemCallException.isError(result)) {
                return new Loaded(new Fd(kernel, (int) result), "");
            }
            refusal = SystemCallException.errnoOf(result);
            if (refusal == Errno.EPERM) {
                throw new RejectedException(command.call(), Errno.EPERM, detail.get(), "");
            }
        }
        int size = FIRST_SIZE;
        while (true) {
            try (var memory = new NativeMemory()) {
                var log = memory.allocate(size);
                long result = call(refusalLevel, log);
                if (!SystemCallException.isError(result)) {
                    return new Loaded(new Fd(kernel, (int) result), text(log));
                }
                var errno = SystemCallException.errnoOf(result);
                if (errno != Errno.ENOSPC) {
                    throw new RejectedException(command.call(), errno, detail.get(), text(log));
                }
                if (trueSize() > LONGEST_WHOLE) {
                    throw new RejectedException(command.call(), refusal, detail.get(), ends(log, level));
                }
                if (size == LAST_SIZE) {
                    throw new RejectedException(command.call(), refusal, detail.get(), text(log));
                }
                size = larger(size);
            }
        }
    }

    /** Puts the beginning before the end that is already here; lines that are not whole count as missing. */
    private String ends(Block log, int level) {
        // The kernel counts the NUL at the end.
        long size = trueSize() - 1;
        var end = text(log);
        end = end.substring(end.indexOf('\n') + 1);
        call(Math.max(level, 1) | KEEP_BEGINNING, log);
        var beginning = text(log);
        beginning = beginning.substring(0, beginning.lastIndexOf('\n') + 1);
        long missing = size - beginning.length() - end.length();
        return beginning + "... " + missing + " bytes of the log are left out here ...\n" + end;
    }

    private int larger(int size) {
        return (int) Math.min(LAST_SIZE, Math.max(trueSize(), 4L * size));
    }

    private long trueSize() {
        return Integer.toUnsignedLong(attribute.bytes().getInt(fields.trueSize()));
    }

    private long call(int level, Block log) {
        attribute.bytes().putInt(fields.level(), level).putInt(fields.size(), log.size())
                .putLong(fields.buffer(), log.address()).putInt(fields.trueSize(), 0);
        long result = kernel.bpf(command, attribute);
        for (int i = 0; i < INTERRUPTIONS && result == -Errno.EAGAIN.number(); i++) {
            result = kernel.bpf(command, attribute);
        }
        return result;
    }

    private static String text(Block log) {
        int end = 0;
        while (end < log.size() && log.bytes().get(end) != 0) {
            end++;
        }
        return new String(log.copy(end), StandardCharsets.UTF_8);
    }
}
