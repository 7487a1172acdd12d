package io.bpf4j.loader.verify;

import io.bpf4j.loader.feature.KernelFeatures;
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
import io.bpf4j.vm.btf.UnitBtf;
import io.bpf4j.vm.flow.ControlFlow;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.isa.MalformedProgramException;
import io.bpf4j.vm.program.Function;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.object.foreign.ForeignUnit;
import io.bpf4j.vm.program.LoadTraits;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.type.IntType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel's verifier says of a program, loaded with its maps and unloaded at once. */
public final class KernelVerdict {

    /** One way to offer a program to the kernel. */
    private interface Offer {
        Fd load(ProgramParameters parameters);
    }

    private KernelVerdict() {}

    /** Returns the kernel's words for why it rejects the program; empty if it accepts it. */
    public static Optional<String> of(Kernel kernel, Program program, List<MapSpec> maps, String license) {
        return of(new ProgramCalls(kernel)::load, kernel, program, maps, license);
    }

    /** Returns the same, without the log of what was walked, which takes most of the time. */
    static Optional<String> briefly(Kernel kernel, Program program, List<MapSpec> maps, String license) {
        return of(new ProgramCalls(kernel)::loadBriefly, kernel, program, maps, license);
    }

    private static Optional<String> of(Offer loader, Kernel kernel,
            Program program, List<MapSpec> maps, String license) {
        Map<String, KernelMap> made = new LinkedHashMap<>();
        try {
            MapFactory factory = new MapFactory(kernel);
            maps.forEach(map -> made.put(map.name(), factory.create(map)));
            byte[] bytes = InsnCodec
                    .encode(MapReferences.resolve(program.instructions(), program.references(),
                            name -> made.get(name).fd()));
            return hasFunctions(program) && isWellFormed(program)
                    ? loadWithTypes(loader, kernel, program, license, bytes)
                    : load(loader, program, license, bytes, ProgramParameters.Debug.NONE);
        } finally {
            made.values().forEach(KernelMap::close);
        }
    }

    private static Optional<String> load(Offer loader, Program program, String license, byte[] bytes,
            ProgramParameters.Debug debug) {
        var parameters = new ProgramParameters(program.type().number(), 0, 0, 0, program.name(), license,
                bytes, debug,
                List.of());
        try {
            loader.load(parameters).close();
            return Optional.empty();
        } catch (RejectedException e) {
            return Optional.of(VerifierLog.reason(e.log()).orElse(e.errno().toString()));
        }
    }

    /** What jumps into other functions has no functions that types could describe. */
    private static boolean isWellFormed(Program program) {
        try {
            ControlFlow.of(program.instructions());
            return true;
        } catch (MalformedProgramException e) {
            return false;
        }
    }

    private static boolean hasFunctions(Program program) {
        return program.instructions().stream().anyMatch(insn -> insn instanceof CallFunction
                || insn instanceof LoadImmediate64 load && load.kind() == Immediate64.FUNCTION);
    }

    /** The kernel takes addresses of functions, and tail calls in them, only where types describe them. */
    private static Optional<String> loadWithTypes(
            Offer loader, Kernel kernel, Program program, String license,
            byte[] bytes) {
        List<Function> functions = ControlFlow.of(program.instructions()).functions().stream()
                .map(function -> new Function("f" + function.start(), function.start(), List.of(),
                        IntType.S64))
                .toList();
        Program named = new Program(program.name(), program.type(), program.attach(), program.instructions(),
                program.references(), functions, List.of());
        UnitBtf types = UnitBtf
                .of(new ProgramUnit("case", license, List.of(named), List.of(), List.of(), List.of(),
                        List.of(), List.of()));
        try (Fd btf = new BtfCalls(kernel).load(types.bytes())) {
            var info = types.program(named.name());
            return load(loader, program, license, bytes,
                    new ProgramParameters.Debug(btf.number(), info.functionBytes(), info.lineBytes()));
        }
    }

    /**
     * What the kernel says of a program.
     *
     * @param refused why it does not load; empty if it does
     * @param hasVerdict whether its verifier said so, not that the kernel was built without the type of program
     * @param walked how many instructions its verifier walked
     */
    record Answer(Optional<String> refused, boolean hasVerdict, long walked) {

        boolean accepted() {
            return refused.isEmpty();
        }

        String text() {
            return refused.orElse("accepts");
        }
    }

    /** Loads the programs of an object one by one, with its maps and types. */
    static final class Loader implements AutoCloseable {

        /** BPF_LOG_STATS (include/linux/bpf_verifier.h): the log has the reason and statistics only. */
        private static final int STATISTICS = 4;
        private static final Pattern WALKED = Pattern.compile("processed (\\d+) insns");

        private final Kernel kernel;
        private final KernelFeatures features;
        private final ForeignUnit read;
        private final UnitBtf types;
        private final Fd btf;
        private final Map<String, KernelMap> maps = new LinkedHashMap<>();

        Loader(Kernel kernel, KernelFeatures features, ForeignUnit read) {
            this.kernel = kernel;
            this.features = features;
            this.read = read;
            types = UnitBtf.of(read.unit());
            btf = new BtfCalls(kernel).load(types.bytes());
            MapFactory factory = new MapFactory(kernel);
            read.unit().maps().forEach(map -> maps.put(map.name(), factory.create(map)));
        }

        Answer answer(Program program) {
            LoadTraits traits = read.traits().get(program.name());
            int target = traits.typed().isEmpty() ? 0 : features.kernelTarget(traits.typed()).orElse(0);
            var info = types.program(program.name());
            byte[] bytes = InsnCodec.encode(MapReferences.resolve(program.instructions(),
                    program.references(), name -> maps.get(name).fd()));
            var parameters = new ProgramParameters(program.type().number(), traits.attachType(), target,
                    traits.sleepable() ? ProgramParameters.SLEEPABLE : 0, program.name(),
                    read.unit().license(),
                    bytes,
                    new ProgramParameters.Debug(btf.number(), info.functionBytes(), info.lineBytes()),
                    List.of());
            try {
                ProgramCalls.Loaded loaded = new ProgramCalls(kernel).load(parameters, STATISTICS);
                loaded.fd().close();
                return new Answer(Optional.empty(), true, walked(loaded.log()));
            } catch (RejectedException e) {
                return new Answer(Optional.of(VerifierLog.reason(e.log()).orElse(e.errno().toString())),
                        !e.log().isBlank(), walked(e.log()));
            }
        }

        private static long walked(String log) {
            Matcher matcher = WALKED.matcher(log);
            return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
        }

        @Override
        public void close() {
            maps.values().forEach(KernelMap::close);
            btf.close();
        }
    }
}
