package io.bpf4j.loader.testrun;

import io.bpf4j.loader.LoadException;
import io.bpf4j.loader.feature.TrialTypes;
import io.bpf4j.loader.kernel.KernelMap;
import io.bpf4j.loader.kernel.MapFactory;
import io.bpf4j.loader.kernel.MapReferences;
import io.bpf4j.loader.kernel.VerifierLog;
import io.bpf4j.loader.sys.BtfCalls;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.ProgramCalls;
import io.bpf4j.loader.sys.ProgramParameters;
import io.bpf4j.loader.sys.RejectedException;
import io.bpf4j.loader.testrun.Outcome.Entry;
import io.bpf4j.loader.testrun.Outcome.Finished;
import io.bpf4j.loader.testrun.Outcome.Refused;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.program.MapSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The kernel as an engine: its verifier, its compiler, its helpers and maps. For one thread at a time.
 *
 * <pre>{@code
 * try (var runner = new TestRunner(LinuxKernel.instance())) {
 *     var program = new TestProgram(Assembler.assemble("r0 = *(u64 *)(r1 + 0)\nexit").instructions());
 *     switch (runner.run(program, memory)) {
 *         case Outcome.Finished finished -> ...
 *         case Outcome.Refused refused -> ...
 *     }
 * }
 * }</pre>
 *
 * <p>What one run costs is mostly the loading. What can be is kept from run to run: the memory, by its length.
 */
public final class TestRunner implements AutoCloseable {
    /** Memories of this many lengths are kept. */
    private static final int KEPT_MEMORIES = 64;
    private static final String NAME = "testrun";
    private static final byte[] NO_CONTEXT = {};
    /** A packet that nobody looks at: a socket filter's test run asks for an Ethernet header at least. */
    private static final byte[] PACKET = new byte[64];

    private final Kernel kernel;
    private final ProgramCalls programs;
    private final MapFactory maps;
    private final MapContents contents;
    private final SharedValue result;
    private final Map<Integer, SharedValue> memories = new LinkedHashMap<>(KEPT_MEMORIES, 0.75f, true);

    /** Runs a loaded program. */
    @FunctionalInterface
    private interface Run {
        ProgramCalls.TestRun of(Fd program);
    }

    /**
     * Makes a runner.
     *
     * @throws io.bpf4j.loader.sys.SystemCallException if this process may not make maps
     */
    public TestRunner(Kernel kernel) {
        this.kernel = kernel;
        this.programs = new ProgramCalls(kernel);
        this.maps = new MapFactory(kernel);
        this.contents = new MapContents(kernel);
        kernel.liftLockedMemoryLimit();
        this.result = new SharedValue(kernel, Long.BYTES);
    }

    /**
     * Runs a program once, as one for raw tracepoints: it may call the helpers for tracing, and each of its functions
     * may use the whole stack (kernel/bpf/verifier.c, bpf_enable_priv_stack).
     *
     * @param memory what r1 points to, at most 2 GiB; not changed
     * @throws LoadException if a map cannot be made
     */
    public Outcome run(TestProgram program, byte[] memory) {
        return run(program, memory, ProgramType.RAW_TRACEPOINT, fd -> programs.testRun(fd, NO_CONTEXT));
    }

    /**
     * Runs a program many times and measures; the memory and the maps are not set anew between runs. It is loaded as
     * a socket filter, since the kernel repeats only programs for packets: no helpers that are for tracing only, and
     * 512 bytes of stack for all functions together.
     *
     * @param repeat how often, at least 1; the mean is told in whole nanoseconds
     * @throws LoadException if a map cannot be made
     */
    public Outcome measure(TestProgram program, byte[] memory, int repeat) {
        return run(program, memory, ProgramType.SOCKET_FILTER,
                fd -> programs.testRunPacket(fd, PACKET, repeat));
    }

    /**
     * Offers bytes to the verifier as they are, even such that encode no instruction, without running them.
     *
     * @param bytes a whole program, 8 bytes for every slot and at least one
     * @return why they were refused; empty if they were not
     */
    public Optional<Refused> verify(byte[] bytes) {
        return load(ProgramParameters.of(ProgramType.RAW_TRACEPOINT, NAME, bytes),
                fd -> Optional.<Refused>empty(), Optional::of);
    }

    private Outcome run(TestProgram program, byte[] memory, ProgramType type, Run run) {
        Map<String, KernelMap> made = new LinkedHashMap<>();
        try {
            for (MapSpec spec : program.maps()) {
                made.put(spec.name(), maps.create(spec));
            }
            Instructions instructions = Instructions.of(MapReferences.resolve(program.instructions(),
                    program.references(), name -> made.get(name).fd()));
            if (!Wrapper.fits(instructions)) {
                return verify(InsnCodec.encode(instructions)).orElseThrow(() -> new IllegalStateException(
                        "the kernel takes a program that jumps out of itself"));
            }
            SharedValue shared = memory.length == 0 ? null : memory(memory.length);
            OptionalInt descriptor = shared == null
                    ? OptionalInt.empty()
                    : OptionalInt.of(shared.descriptor());
            Instructions wrapped = Wrapper.wrap(instructions, result.descriptor(), descriptor, memory.length);
            ByteBuffer bytes = shared == null ? ByteBuffer.allocate(0) : shared.bytes();
            return load(wrapped, type, fd -> {
                bytes.put(0, memory);
                return finished(run.of(fd), bytes, made);
            });
        } finally {
            made.values().forEach(KernelMap::close);
        }
    }

    private Finished finished(ProgramCalls.TestRun run, ByteBuffer memory, Map<String, KernelMap> made) {
        byte[] after = new byte[memory.capacity()];
        memory.get(0, after);
        Map<String, List<Entry>> entries = new LinkedHashMap<>();
        made.forEach((name, map) -> entries.put(name, contents.of(map)));
        return new Finished(result.bytes().getLong(0), after, entries, run.nanoseconds());
    }

    private Outcome load(Instructions program, ProgramType type, Function<Fd, Outcome> loaded) {
        ProgramParameters parameters = ProgramParameters.of(type, NAME, InsnCodec.encode(program));
        if (!Wrapper.hasCallbacks(program)) {
            return load(parameters, loaded, refused -> refused);
        }
        TrialTypes types = new TrialTypes(Wrapper.functions(program));
        try (Fd btf = new BtfCalls(kernel).load(types.bytes())) {
            return load(parameters.withDebug(types.debug(btf.number())), loaded, refused -> refused);
        }
    }

    private <T> T load(ProgramParameters parameters, Function<Fd, T> loaded, Function<Refused, T> refused) {
        try (Fd fd = programs.loadBriefly(parameters)) {
            return loaded.apply(fd);
        } catch (RejectedException e) {
            return refused.apply(new Refused(
                    VerifierLog.reason(e.log()).orElseGet(() -> e.errno().toString()), e.log()));
        }
    }

    private SharedValue memory(int length) {
        SharedValue memory = memories.get(length);
        if (memory == null) {
            if (memories.size() == KEPT_MEMORIES) {
                memories.remove(memories.keySet().iterator().next()).close();
            }
            memory = new SharedValue(kernel, length);
            memories.put(length, memory);
        }
        return memory;
    }

    /** Gives the maps back. */
    @Override
    public void close() {
        List<SharedValue> values = new ArrayList<>(memories.values());
        memories.clear();
        values.forEach(SharedValue::close);
        result.close();
    }
}
