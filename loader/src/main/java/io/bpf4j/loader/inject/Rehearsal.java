package io.bpf4j.loader.inject;

import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.vm.patch.Range;
import java.io.IOException;
import java.time.Duration;

/**
 * Does all that may be done to a process once, and some more times, to one of our own that only waits: so that the JVM
 * has the classes and some of the machine code before it makes another stand still.
 */
public final class Rehearsal {
    /** A shell as its parent, as the JVM takes stops of its own children for their end. */
    private static final String WAIT = "exec 3<&0; sh -c 'echo $$; read line' <&3 & exec 3<&-; wait";
    private static final int TIMES = 10;
    private static final int PAGE = 4096;
    private static final byte RET = (byte) 0xc3;

    private Rehearsal() {}

    /**
     * Rehearses, for some tens of milliseconds.
     *
     * @return whether it did; not where there is no shell, or where not even an own process may be traced
     */
    public static boolean run(Tracer tracer) {
        Process shell;
        try {
            shell = new ProcessBuilder("sh", "-c", WAIT).redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            return false;
        }
        try (var output = shell.inputReader(); var input = shell.getOutputStream()) {
            String line = output.readLine();
            if (line == null) {
                return false;
            }
            int pid = Integer.parseInt(line);
            for (int i = 0; i < TIMES; i++) {
                tracer.run(() -> rehearse(tracer, pid));
            }
            input.write('\n'); // what the process waits for
            return true;
        } catch (IOException | InjectException e) {
            return false;
        }
    }

    private static void rehearse(Tracer tracer, int pid) {
        Kernel kernel = tracer.kernel();
        try (var shared = SharedMemory.create(kernel, "bpf4j-rehearsal", PAGE);
                var process = StoppedProcess.stop(tracer, pid)) {
            try (var calls = process.remoteCalls()) {
                var mappings = new RemoteMappings(process, calls);
                long near = process.registers(pid).instructionPointer();
                Range code = mappings.mapCode(near, PAGE);
                Range arena = mappings.mapShared(shared.file(), near, PAGE);
                Range stack = mappings.mapData(2L * PAGE);
                process.memory().write(code.start(), new byte[]{RET});
                process.memory().read(code.start(), PAGE);
                calls.callFunction(code.start(), stack, Duration.ofSeconds(1));
                process.isIdle(code);
                mappings.unmap(stack);
                mappings.unmap(arena);
                mappings.unmap(code);
            }
        }
    }
}
