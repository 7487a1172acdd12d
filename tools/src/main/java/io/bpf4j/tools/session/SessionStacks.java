package io.bpf4j.tools.session;

import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionMap;
import io.bpf4j.loader.symbol.Frame;
import io.bpf4j.loader.symbol.KernelSymbols;
import io.bpf4j.loader.symbol.ProcessSymbols;
import io.bpf4j.tools.common.StackNames;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.type.StackId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The call stacks that a session's programs saw, with the names of the functions. */
public final class SessionStacks implements StackNames, AutoCloseable {
    private static final int FAULT = -14; // EFAULT, include/uapi/asm-generic/errno-base.h
    private static final int EXISTS = -17; // EEXIST

    private final Optional<SessionMap> stacks;
    private final ProcessSymbols processes = new ProcessSymbols();
    private KernelSymbols kernel;

    /** Reads the stacks of a session, which must outlive this. */
    public SessionStacks(Session session) {
        stacks = session.unit().maps().stream().filter(map -> map.kind() == MapKind.STACK_TRACE).findFirst()
                .map(MapSpec::name).map(session::map);
    }

    /** Looks at processes now, so that their stacks can be named after their end. */
    public void remember(List<Integer> pids) {
        if (stacks.isPresent()) {
            pids.forEach(processes::remember);
        }
    }

    @Override
    public List<String> frames(StackId stack) {
        if (!stack.isKnown()) {
            return List.of(switch (stack.id()) {
                case FAULT -> stack.user() ? "[no user stack]" : "[no kernel stack]";
                case EXISTS -> "[lost: two stacks fell on one entry; make the stack_trace map larger]";
                default -> "[no stack: error " + -stack.id() + "]";
            });
        }
        byte[] key = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(stack.id())
                .array();
        Optional<byte[]> addresses = stacks.flatMap(map -> map.lookup(key));
        List<String> frames = new ArrayList<>();
        addresses.ifPresent(bytes -> {
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (long address = next(buffer); address != 0; address = next(buffer)) {
                frames.add(name(stack, address).toString());
            }
        });
        return frames.isEmpty() ? List.of("[unknown]") : frames;
    }

    private static long next(ByteBuffer addresses) {
        return addresses.remaining() < Long.BYTES ? 0 : addresses.getLong();
    }

    private Frame name(StackId stack, long address) {
        if (stack.user()) {
            return processes.find(stack.pid(), address);
        }
        if (kernel == null) {
            kernel = KernelSymbols.read();
        }
        return kernel.find(address);
    }

    @Override
    public void close() {
        processes.close();
    }
}
