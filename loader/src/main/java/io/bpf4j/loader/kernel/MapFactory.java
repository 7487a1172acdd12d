package io.bpf4j.loader.kernel;

import io.bpf4j.loader.LoadException;
import io.bpf4j.loader.sys.Cpus;
import io.bpf4j.loader.sys.Errno;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.MapCalls;
import io.bpf4j.loader.sys.MapParameters;
import io.bpf4j.loader.sys.SystemCallException;
import io.bpf4j.vm.btf.UnitBtf;
import io.bpf4j.vm.btf.UnitTypes;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import java.util.Optional;

/** Makes the maps of a unit in the kernel, with their types and first contents. */
public final class MapFactory {
    private static final byte[] FIRST_KEY = new byte[Integer.BYTES];

    private final MapCalls calls;
    private final Kernel kernel;

    /** Makes maps through a door to the OS. */
    public MapFactory(Kernel kernel) {
        this.kernel = kernel;
        this.calls = new MapCalls(kernel);
    }

    /**
     * Makes one map that nothing tells the types of.
     *
     * @throws LoadException if the kernel does not make it
     */
    public KernelMap create(MapSpec spec) {
        return make(spec, MapParameters.Types.NONE);
    }

    /**
     * Makes one map.
     *
     * @param btf a loaded BTF object that describes keys and values, if there is one
     */
    KernelMap create(MapSpec spec, Optional<Fd> btf, UnitBtf types) {
        return make(spec,
                btf.map(fd -> types(fd, types.map(spec.name()))).orElse(MapParameters.Types.NONE));
    }

    private KernelMap make(MapSpec spec, MapParameters.Types types) {
        if (spec.role() instanceof MapRole.Outer outer) {
            // The kernel looks at the template while it makes the outer map, and keeps what it needs.
            try (KernelMap template = make(outer.inner(), MapParameters.Types.NONE, 0)) {
                return make(spec, types, template.fd().number());
            }
        }
        return make(spec, types, 0);
    }

    private KernelMap make(MapSpec spec, MapParameters.Types types, int inner) {
        kernel.liftLockedMemoryLimit();
        MapParameters parameters = new MapParameters(spec.kind().number(), spec.keySize(), spec.valueSize(),
                entries(spec), spec.flags(), kernelName(spec.name()), types, 0, inner);
        KernelMap map = new KernelMap(spec, create(spec, parameters), calls);
        try {
            initialise(map);
        } catch (RuntimeException e) {
            map.close();
            throw e;
        }
        return map;
    }

    private static MapParameters.Types types(Fd btf, UnitTypes.MapTypes ids) {
        return new MapParameters.Types(btf.number(), ids.key(), ids.value());
    }

    private static int entries(MapSpec spec) {
        return spec.kind() == MapKind.PERF_EVENT_ARRAY ? Cpus.possible().length : spec.maxEntries();
    }

    /** The kernel allows letters, digits, '_' and '.' (kernel/bpf/syscall.c, bpf_obj_name_cpy). */
    private static String kernelName(String name) {
        return name.replaceAll("[^A-Za-z0-9_.]", "_");
    }

    private Fd create(MapSpec spec, MapParameters parameters) {
        try {
            return calls.create(parameters);
        } catch (SystemCallException e) {
            boolean notPermitted = e.errno() == Errno.EPERM || e.errno() == Errno.EACCES;
            if (spec.role() instanceof MapRole.Scratch && e.errno() == Errno.E2BIG) {
                throw new LoadException("the local variables of a probe need " + spec.valueSize()
                        + " bytes, more than this kernel gives for each CPU", false, Optional.empty(),
                        "make the largest arrays smaller: together at most some 32,000 bytes", "", e);
            }
            String hint = switch (e.errno()) {
                case EPERM, EACCES -> "this needs root, or CAP_BPF and CAP_PERFMON";
                case ENOMEM, E2BIG -> "make it smaller: it asks for " + spec.maxEntries() + " entries of "
                        + spec.keySize() + " + " + spec.valueSize() + " bytes";
                case EINVAL ->
                    "the kernel does not make a " + spec.kind().keyword() + " of " + spec.maxEntries()
                            + " entries with keys of " + spec.keySize() + " and values of " + spec.valueSize()
                            + " bytes";
                default -> "";
            };
            throw new LoadException("cannot make map " + spec.name() + ": " + e.errno(), notPermitted,
                    Optional.empty(), hint, "", e);
        }
    }

    private void initialise(KernelMap map) {
        byte[] data = map.spec().initialData();
        if (data.length > 0) {
            map.update(FIRST_KEY, data);
        }
        if (map.spec().role() instanceof MapRole.Globals globals
                && globals.section() == MapRole.Globals.Section.READ_ONLY) {
            // Frozen contents are constants to the verifier (kernel/bpf/verifier.c, bpf_map_is_rdonly).
            calls.freeze(map.fd());
        }
    }
}
