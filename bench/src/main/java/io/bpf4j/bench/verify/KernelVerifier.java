package io.bpf4j.bench.verify;

import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.kernel.KernelMap;
import io.bpf4j.loader.kernel.MapFactory;
import io.bpf4j.loader.kernel.MapReferences;
import io.bpf4j.loader.sys.BtfCalls;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.loader.sys.ProgramCalls;
import io.bpf4j.loader.sys.ProgramParameters;
import io.bpf4j.loader.sys.RejectedException;
import io.bpf4j.vm.btf.UnitBtf;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.object.foreign.ForeignUnit;
import io.bpf4j.vm.program.LoadTraits;
import io.bpf4j.vm.program.Program;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Has the kernel verify the programs of an object, whose maps exist as long as this. */
final class KernelVerifier implements AutoCloseable {

    /** BPF_LOG_STATS (include/linux/bpf_verifier.h): the log has nothing but statistics. */
    private static final int STATISTICS = 4;
    private static final Pattern TIME = Pattern.compile("verification time (\\d+) usec");

    private final LinuxKernel kernel = LinuxKernel.instance();
    private final ProgramCalls calls = new ProgramCalls(kernel);
    private final KernelFeatures features = new KernelFeatures(kernel);
    private final ForeignUnit unit;
    private final UnitBtf types;
    private final Fd btf;
    private final Map<String, KernelMap> maps = new LinkedHashMap<>();

    KernelVerifier(ForeignUnit unit) {
        this.unit = unit;
        kernel.liftLockedMemoryLimit();
        types = UnitBtf.of(unit.unit());
        btf = new BtfCalls(kernel).load(types.bytes());
        MapFactory factory = new MapFactory(kernel);
        unit.unit().maps().forEach(map -> maps.put(map.name(), factory.create(map)));
    }

    /** Returns the median of the microseconds that the kernel says it took; empty if it rejects the program. */
    OptionalDouble microseconds(Program program, int rounds) {
        ProgramParameters parameters = parameters(program);
        List<Double> times = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            try {
                ProgramCalls.Loaded loaded = calls.load(parameters, STATISTICS);
                loaded.fd().close();
                Matcher matcher = TIME.matcher(loaded.log());
                if (matcher.find()) {
                    times.add(Double.valueOf(matcher.group(1)));
                }
            } catch (RejectedException e) {
                return OptionalDouble.empty();
            }
        }
        times.sort(null);
        return times.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(times.get(times.size() / 2));
    }

    private ProgramParameters parameters(Program program) {
        LoadTraits traits = unit.traits().get(program.name());
        int target = traits.typed().isEmpty() ? 0 : features.kernelTarget(traits.typed()).orElse(0);
        var info = types.program(program.name());
        byte[] bytes = InsnCodec.encode(MapReferences.resolve(program.instructions(), program.references(),
                name -> maps.get(name).fd()));
        return new ProgramParameters(program.type().number(), traits.attachType(), target,
                traits.sleepable() ? ProgramParameters.SLEEPABLE : 0, program.name(), unit.unit().license(),
                bytes,
                new ProgramParameters.Debug(btf.number(), info.functionBytes(), info.lineBytes()), List.of());
    }

    @Override
    public void close() {
        maps.values().forEach(KernelMap::close);
        btf.close();
    }
}
