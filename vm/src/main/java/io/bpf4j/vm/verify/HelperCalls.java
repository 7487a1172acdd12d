package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.abi.ReturnKind;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import java.util.EnumSet;
import java.util.Set;

/** Calls of helpers: who may make them, with what, and what they give (kernel/bpf/verifier.c, check_helper_call). */
final class HelperCalls {

    /** The most negative error number (include/linux/err.h, MAX_ERRNO). */
    private static final int MAX_ERROR = 4095;
    private static final Set<Helper> WAITING = EnumSet.of(Helper.COPY_FROM_USER, Helper.COPY_FROM_USER_TASK,
            Helper.D_PATH, Helper.IMA_INODE_HASH, Helper.IMA_FILE_HASH);
    /** These return how many bytes they gave, at most the size that they were given, or an error. */
    private static final Set<Helper> COUNTING = EnumSet.of(Helper.GET_STACK, Helper.GET_TASK_STACK,
            Helper.PROBE_READ_STR, Helper.PROBE_READ_USER_STR, Helper.PROBE_READ_KERNEL_STR);
    private static final Set<Helper> SOCKETS_TO_RELEASE = EnumSet.of(Helper.SK_LOOKUP_TCP,
            Helper.SK_LOOKUP_UDP,
            Helper.SKC_LOOKUP_TCP);

    private final Walk walk;
    private final HelperArguments arguments;
    private final FunctionCalls functions;

    HelperCalls(Walk walk, HelperMemory memory, FunctionCalls functions) {
        this.walk = walk;
        this.arguments = new HelperArguments(walk, memory);
        this.functions = functions;
    }

    void call(CallHelper call) {
        Helper helper = Helper.byId(call.id()).orElseThrow(() -> Refusal.of(RejectionKind.HELPER,
                "there is no helper with the number " + call.id(), ""));
        String name = "bpf_" + helper.helperName();
        if (!walk.input().helpers().contains(helper)) {
            throw Refusal.of(RejectionKind.HELPER, name + " does not exist for programs of type "
                    + walk.program().type().section(), "");
        }
        if (helper.gplOnly() && !walk.input().isGplCompatible()) {
            throw Refusal.of(RejectionKind.HELPER,
                    name + " may only be called by programs under a GPL-compatible"
                            + " licence, not \"" + walk.input().license() + "\"",
                    "license \"GPL\"; in a probe, char LICENSE[] SEC(\"license\") = \"GPL\"; in C");
        }
        if (WAITING.contains(helper) && !walk.policy().sleepable()) {
            throw Refusal.of(RejectionKind.HELPER, name + " may wait, which this program must not", "");
        }
        arguments.check(helper);
        if (helper == Helper.TAIL_CALL && !walk.state().references().isEmpty()) {
            throw Refusal.of(RejectionKind.REFERENCE, "goes on as another program while it holds "
                    + walk.state().references().getFirst().name(), "give it back first");
        }
        if (arguments.released() != 0) {
            release(arguments.released());
        }
        if (arguments.callback() != null) {
            functions.callBack(helper, arguments);
        }
        finish(helper);
    }

    private void release(int reference) {
        walk.state().release(reference);
        walk.state().replace(value -> value instanceof Pointer pointer && pointer.reference() == reference
                ? Scalar.UNKNOWN
                : value);
    }

    private void finish(Helper helper) {
        for (int register = 0; register <= Register.R5.number(); register++) {
            walk.frame().set(register, Value.UNINITIALISED);
        }
        if (NetworkHelpers.movesPacket(helper)) {
            walk.state().forgetPackets();
        }
        walk.set(Register.R0, result(helper));
    }

    private Value result(Helper helper) {
        ReturnKind kind = helper.returns();
        return switch (kind) {
            case INTEGER -> new Scalar(number(helper));
            case VOID -> Value.UNINITIALISED;
            case MAP_VALUE_OR_NULL -> mapValue(helper, arguments.map());
            case MAP_VALUE -> new Pointer(new PointerTarget.MapValue(arguments.map()));
            case RING_RECORD_OR_NULL -> reserved(new PointerTarget.RingRecord(arguments.allocation()),
                    "a record of ring " + arguments.map().name());
            case BTF_POINTER, VARIABLE -> new Pointer(objectOf(helper));
            case BTF_POINTER_OR_NULL, VARIABLE_OR_NULL ->
                Pointer.nullable(new PointerTarget.KernelObject(ofKernel(helper)), walk.newId(), 0);
            case SOCKET_OR_NULL -> SOCKETS_TO_RELEASE.contains(helper)
                    ? reserved(new PointerTarget.KernelObject("a socket"), "a socket")
                    : Pointer.nullable(new PointerTarget.KernelObject("a socket"), walk.newId(), 0);
            case MEMORY_OR_NULL -> throw Refusal.of(RejectionKind.UNSUPPORTED,
                    "bpf_" + helper.helperName() + " is not supported", "");
        };
    }

    private PointerTarget objectOf(Helper helper) {
        return walk.input().types().flatMap(types -> types.struct(TypedHelpers.gives(helper)))
                .map(PointerTarget.class::cast)
                .orElseGet(() -> new PointerTarget.KernelObject(ofKernel(helper)));
    }

    private static String ofKernel(Helper helper) {
        return "what bpf_" + helper.helperName() + " returned";
    }

    private Value reserved(PointerTarget target, String name) {
        int id = walk.newId();
        walk.state().acquire(new State.Reference(id, walk.slot(), name));
        return Pointer.nullable(target, id, id);
    }

    private Value mapValue(Helper helper, MapSpec map) {
        if (map.role() instanceof MapRole.Outer outer) {
            return Pointer.nullable(new PointerTarget.MapHandle(outer.inner()), walk.newId(), 0);
        }
        PointerTarget target = new PointerTarget.MapValue(map);
        boolean sure = helper == Helper.MAP_LOOKUP_ELEM && MapRules.isArray(map)
                && arguments.constantKey() >= 0 && arguments.constantKey() < map.maxEntries();
        return sure ? new Pointer(target) : Pointer.nullable(target, walk.newId(), 0);
    }

    private ScalarRange number(Helper helper) {
        if (COUNTING.contains(helper)) {
            return ScalarRange.signed(-MAX_ERROR, arguments.greatestSize());
        }
        return helper == Helper.GET_SMP_PROCESSOR_ID
                ? ScalarRange.unsigned(0, walk.policy().processors() - 1)
                : ScalarRange.UNKNOWN;
    }

}
