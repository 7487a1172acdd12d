package io.bpf4j.vm.engine.helper;

import io.bpf4j.vm.engine.Environment;
import io.bpf4j.vm.memory.Memory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * The world of a program that is not attached to anything: this process and its threads. What needs Linux' /proc is
 * empty or 0 elsewhere.
 */
public final class SystemEnvironment implements Environment, AutoCloseable {

    private static final Path PROC = Path.of("/proc");
    private static final long NANOS = 1_000_000_000L;
    /** Fields of /proc/PID/stat behind the name: the CPU is number 39 of all. */
    private static final int CPU_FIELD = 36;
    /** How exactly /proc/uptime tells the time, in nanoseconds. */
    private static final long UPTIME_ERROR = 20_000_000;

    private final Consumer<byte[]> output;
    private final ThreadLocal<Long> pidTgid = ThreadLocal.withInitial(SystemEnvironment::currentIds);
    private final long uidGid = currentUser();
    private final long suspendedNanos = suspendedNanos();
    private final FileChannel memory = ownMemory();

    /**
     * Makes the environment.
     *
     * @param output takes what programs print
     */
    public SystemEnvironment(Consumer<byte[]> output) {
        this.output = output;
    }

    private static String read(Path path) {
        try {
            return Files.readString(path, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private static long currentIds() {
        long process = ProcessHandle.current().pid();
        try {
            String thread = Files.readSymbolicLink(PROC.resolve("thread-self")).getFileName().toString();
            return process << 32 | Long.parseLong(thread);
        } catch (IOException e) {
            return process << 32 | process;
        }
    }

    private static long currentUser() {
        String status = read(PROC.resolve("self/status"));
        return id(status, "Gid:") << 32 | id(status, "Uid:");
    }

    private static long id(String status, String name) {
        return status.lines().filter(line -> line.startsWith(name)).map(line -> line.split("\\s+")[1])
                .mapToLong(Long::parseLong).findFirst().orElse(0);
    }

    /** Returns how much longer the machine has been up than CLOCK_MONOTONIC says. */
    private static long suspendedNanos() {
        String uptime = read(PROC.resolve("uptime"));
        if (uptime.isEmpty()) {
            return 0;
        }
        long difference = (long) (Double.parseDouble(uptime.split(" ")[0]) * NANOS) - System.nanoTime();
        return Math.abs(difference) < UPTIME_ERROR ? 0 : difference;
    }

    private static FileChannel ownMemory() {
        try {
            return FileChannel.open(PROC.resolve("self/mem"), StandardOpenOption.READ);
        } catch (IOException e) {
            return null;
        }
    }

    /** On Linux the JVM's clock is CLOCK_MONOTONIC. */
    @Override
    public long monotonicNanos() {
        return System.nanoTime();
    }

    @Override
    public long bootNanos() {
        return System.nanoTime() + suspendedNanos;
    }

    /** The time of day, without the leap seconds, which few machines' kernels know. */
    @Override
    public long taiNanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * NANOS + now.getNano();
    }

    @Override
    public long pidTgid() {
        return pidTgid.get();
    }

    @Override
    public long uidGid() {
        return uidGid;
    }

    @Override
    public byte[] command() {
        return read(PROC.resolve("thread-self/comm")).strip().getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public int cpu() {
        String stat = read(PROC.resolve("thread-self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        return fields.length > CPU_FIELD ? Integer.parseInt(fields[CPU_FIELD]) : 0;
    }

    @Override
    public int random() {
        return ThreadLocalRandom.current().nextInt();
    }

    @Override
    public long functionAddress() {
        return 0;
    }

    @Override
    public long attachCookie() {
        return 0;
    }

    @Override
    public int readUser(long address, Memory target, long targetAddress, int length) {
        if (memory == null || address < 0) {
            return 0;
        }
        ByteBuffer into = target.buffer().slice(target.index(targetAddress, length), length);
        try {
            while (into.hasRemaining() && memory.read(into, address + into.position()) > 0) {
                Thread.onSpinWait();
            }
        } catch (IOException e) {
            // The page after those that were read is not mapped.
            return into.position();
        }
        return into.position();
    }

    @Override
    public int readKernel(long address, Memory target, long targetAddress, int length) {
        return 0;
    }

    @Override
    public long[] stack(boolean user) {
        return new long[0];
    }

    @Override
    public void print(byte[] text) {
        output.accept(Arrays.copyOf(text, text.length));
    }

    @Override
    public void close() {
        try {
            if (memory != null) {
                memory.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
