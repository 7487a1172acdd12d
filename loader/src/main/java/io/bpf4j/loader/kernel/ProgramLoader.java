package io.bpf4j.loader.kernel;

import io.bpf4j.loader.LoadException;
import io.bpf4j.loader.feature.KernelFeatures;
import io.bpf4j.loader.sys.Errno;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.ProgramCalls;
import io.bpf4j.loader.sys.ProgramParameters;
import io.bpf4j.loader.sys.RejectedException;
import io.bpf4j.loader.sys.SystemCallException;
import io.bpf4j.vm.btf.UnitBtf;
import io.bpf4j.vm.explain.Explanation;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Loads programs: fills in the maps' descriptors, offers the bytes to the verifier, explains its refusal. */
final class ProgramLoader {
    private final ProgramCalls calls;
    private final KernelFeatures features;

    ProgramLoader(Kernel kernel, KernelFeatures features) {
        this.calls = new ProgramCalls(kernel);
        this.features = features;
    }

    /**
     * Loads one program.
     *
     * @param maps gives the descriptor of a map by name
     */
    Fd load(LoadPlan plan, ProgramUnit unit, Function<String, Fd> maps, Optional<Fd> btf, UnitBtf types) {
        Program program = plan.program();
        byte[] bytes = InsnCodec.encode(
                MapReferences.resolve(program.instructions(), program.references(), maps));
        ProgramParameters.Debug debug = btf.map(fd -> {
            var info = types.program(program.name());
            return new ProgramParameters.Debug(fd.number(), info.functionBytes(), info.lineBytes());
        }).orElse(ProgramParameters.Debug.NONE);
        ProgramParameters parameters = new ProgramParameters(program.type().number(),
                plan.attachNumber(), typeId(plan),
                plan.traits().sleepable() ? ProgramParameters.SLEEPABLE : 0,
                program.name(), unit.license(), bytes, debug, List.of());
        try {
            return calls.load(parameters);
        } catch (RejectedException e) {
            throw rejected(program, unit, e);
        } catch (SystemCallException e) {
            throw refused(program, e, "");
        }
    }

    private int typeId(LoadPlan plan) {
        String typed = plan.traits().typed();
        if (typed.isEmpty()) {
            return 0;
        }
        return features.kernelTarget(typed).orElseThrow(() -> new LoadException("cannot load the probe "
                + plan.program().attach().spelling() + ": this kernel's types have no " + typed, false,
                Optional.empty(), "'bpf4j features' shows what this kernel can do", "", null));
    }

    private static LoadException rejected(Program program, ProgramUnit unit, RejectedException e) {
        if (e.log().isBlank()) {
            return refused(program, e, e.log());
        }
        Explanation explanation = VerifierLog.read(e.log(), program, unit);
        String message = "the kernel rejects the probe " + program.attach().spelling() + ": "
                + explanation.reason();
        if (!message.contains(explanation.original())) {
            message += " (verifier: " + explanation.original() + ")";
        }
        return new LoadException(message, explanation, e.log(), e);
    }

    private static LoadException refused(Program program, SystemCallException e, String log) {
        boolean notPermitted = e.errno() == Errno.EPERM || e.errno() == Errno.EACCES;
        String hint = notPermitted ? "this needs root, or CAP_BPF and CAP_PERFMON" : "";
        return new LoadException("cannot load the probe " + program.attach().spelling() + ": " + e.errno(),
                notPermitted, Optional.empty(), hint, log, e);
    }
}
