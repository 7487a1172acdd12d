package io.bpf4j.loader.inject;

import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.loader.sys.Syscall;
import io.bpf4j.vm.patch.Range;

/** A program that works on a process over and over, for tests that run it as another user, or kill it. */
final class OtherTool {
    private static final int PAGE = 4096;

    private OtherTool() {}

    /** Arguments: the process, and how many times; says ready after the first, and right in the end. */
    public static void main(String[] arguments) {
        int pid = Integer.parseInt(arguments[0]);
        int times = Integer.parseInt(arguments[1]);
        var kernel = LinuxKernel.instance();
        try (var tracer = new Tracer(kernel)) {
            for (int i = 0; i < times; i++) {
                tracer.run(() -> work(tracer, pid));
                if (i == 0) {
                    System.out.println("ready");
                }
            }
            System.out.println("right");
        } catch (InjectException e) {
            System.out.println(e.reason() + " " + e.getMessage());
        }
    }

    private static void work(Tracer tracer, int pid) {
        try (var shared = SharedMemory.create(LinuxKernel.instance(), "bpf4j-test", PAGE);
                var process = StoppedProcess.stop(tracer, pid);
                var calls = process.remoteCalls()) {
            var mappings = new RemoteMappings(process, calls);
            Range range = mappings.mapShared(shared.file(), PAGE);
            Range code = mappings.mapCode(BorrowedPlaces.of(pid).code(), PAGE);
            process.memory().write(code.start(), new byte[]{(byte) 0xc3});
            calls.callFunction(code.start(), mappings.mapData(2L * PAGE), StoppedProcess.STOP_LIMIT);
            calls.call(Syscall.GETPID);
            mappings.unmap(code);
            mappings.unmap(range);
        }
    }
}
