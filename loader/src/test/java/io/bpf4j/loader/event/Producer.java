package io.bpf4j.loader.event;

import io.bpf4j.loader.sys.Access;
import io.bpf4j.loader.sys.Bytecode;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.MapCalls;
import io.bpf4j.loader.sys.MapParameters;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.loader.sys.Mapping;
import io.bpf4j.loader.sys.ProgramCalls;
import io.bpf4j.loader.sys.ProgramParameters;
import io.bpf4j.vm.abi.ProgramType;

/**
 * A program in the kernel that writes numbered records and keeps books: how many it tried, how many found no room.
 * Record: u64 number, then the number repeated to its end.
 */
final class Producer implements AutoCloseable {
    static final int PER_RUN = 16;
    static final long NO_WAKEUP = 1;

    private static final int RINGBUF_OUTPUT = 130;
    private static final int PERF_EVENT_OUTPUT = 25;
    private static final int TRIED = 0;
    private static final int REFUSED = 8;

    private final Kernel kernel;
    private final Fd books;
    private final Mapping counters;
    private final Fd program;

    private Producer(Kernel kernel, ProgramType type, Emission emission) {
        this.kernel = kernel;
        books = new MapCalls(kernel).create(
                MapParameters.of(MapKind.ARRAY, 4, 16, 1, "books").withFlags(MapParameters.MAPPABLE));
        counters = kernel.map(books, Access.READ, 0, 4096, () -> "mapping the books");
        program = new ProgramCalls(kernel).load(ProgramParameters.of(type, "producer", code(emission)));
    }

    private record Emission(Fd target, int size, int flags, boolean perf) {}

    /** Writes to a ring; driven by {@link #run}. */
    static Producer toRing(Kernel kernel, Fd ring, int size, long flags) {
        return new Producer(kernel, ProgramType.SOCKET_FILTER, new Emission(ring, size, (int) flags, false));
    }

    /** Writes to the perf buffer of the CPU that it runs on; driven by {@link #runOn}. */
    static Producer toPerf(Kernel kernel, Fd map, int size) {
        return new Producer(kernel, ProgramType.RAW_TRACEPOINT, new Emission(map, size, -1, true));
    }

    private byte[] code(Emission emission) {
        var code = new Bytecode().movReg(7, 1).mapValue(6, books, 0);
        for (int i = 0; i < PER_RUN; i++) {
            code.mov(1, 1).insn(0xdb, 6, 1, TRIED, 1); // r1 = fetch_add(tried, 1)
            for (int at = 8; at <= (emission.size() + 7) / 8 * 8; at += 8) {
                code.storeLong(10, -at, 1);
            }
            int start = -(emission.size() + 7) / 8 * 8;
            if (emission.perf()) {
                code.movReg(1, 7).map(2, emission.target()).insn(0xb4, 3, 0, 0, emission.flags())
                        .movReg(4, 10)
                        .add(4, start).mov(5, emission.size()).call(PERF_EVENT_OUTPUT);
            } else {
                code.map(1, emission.target()).movReg(2, 10).add(2, start).mov(3, emission.size())
                        .mov(4, emission.flags()).call(RINGBUF_OUTPUT);
            }
            code.insn(0x15, 0, 0, 2, 0).mov(1, 1).atomicAdd(6, REFUSED, 1);
        }
        return code.mov(0, 0).exit().bytes();
    }

    /** Writes {@code repeat} times {@link #PER_RUN} records. */
    void run(int repeat) {
        new ProgramCalls(kernel).testRunPacket(program, new byte[64], repeat);
    }

    /** Writes {@link #PER_RUN} records on one CPU. */
    void runOn(int cpu) {
        new ProgramCalls(kernel).testRunOn(program, new byte[8], cpu);
    }

    long tried() {
        return counters.bytes().getLong(TRIED);
    }

    long refused() {
        return counters.bytes().getLong(REFUSED);
    }

    @Override
    public void close() {
        program.close();
        counters.close();
        books.close();
    }
}
