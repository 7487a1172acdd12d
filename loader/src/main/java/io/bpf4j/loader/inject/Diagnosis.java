package io.bpf4j.loader.inject;

import io.bpf4j.loader.inject.InjectException.Reason;
import io.bpf4j.loader.proc.NoSuchProcessException;
import io.bpf4j.loader.proc.ProcessException;
import io.bpf4j.loader.proc.ThreadInfo;
import io.bpf4j.loader.sys.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says why a process cannot be worked on, and what would help. */
final class Diagnosis {
    private static final Path YAMA = Path.of("/proc/sys/kernel/yama/ptrace_scope");
    /** Of the ELF header, 1 for 32 bits (System V ABI, EI_CLASS). */
    private static final int CLASS_OFFSET = 4;

    private Diagnosis() {}

    /** Throws if the process is one that no rights and no waiting would open. */
    static void requireTraceable(int pid) {
        ThreadInfo info = info(pid);
        if (info.process() == ProcessHandle.current().pid()) {
            throw new InjectException(Reason.OWN_PROCESS, "process %d is this very process".formatted(pid));
        }
        if (info.isKernelThread()) {
            throw new InjectException(Reason.KERNEL_THREAD,
                    "process %d (%s) is a thread of the kernel and has no user code".formatted(pid,
                            info.name()));
        }
        if (info.hasEnded() && info.threads() <= 1) {
            throw zombie(info);
        }
        if (info.parent() == ProcessHandle.current().pid()) {
            throw new InjectException(Reason.OWN_PROCESS,
                    ("process %d (%s) is a child of this JVM, which would take "
                            + "its first stop for its end; start it through a shell that stays its parent")
                            .formatted(pid, info.name()));
        }
        if (is32Bit(pid)) {
            throw new InjectException(Reason.NOT_64_BIT,
                    "process %d (%s) runs 32-bit code; only 64-bit code can be probed in user mode"
                            .formatted(pid, info.name()));
        }
    }

    static InjectException zombie(ThreadInfo info) {
        return new InjectException(Reason.ZOMBIE,
                "process %d (%s) has ended, its parent %d has not noticed yet"
                        .formatted(info.process(), info.name(), info.parent()));
    }

    /** Says why PTRACE_SEIZE of a thread was answered with EPERM. */
    static InjectException refused(Kernel kernel, int pid, int thread) {
        ThreadInfo info = ThreadInfo.of(pid, thread);
        if (info.tracer() != 0) {
            int tracer = processOf(info.tracer());
            return new InjectException(Reason.ALREADY_TRACED,
                    "process %d (%s) is traced by process %d%s already; a process has one tracer at a time"
                            .formatted(pid, info.name(), tracer, named(tracer)));
        }
        return new InjectException(Reason.NOT_PERMITTED, "no permission to trace process %d (%s): %s"
                .formatted(pid, info.name(), whyNotPermitted(kernel, info)));
    }

    private static String whyNotPermitted(Kernel kernel, ThreadInfo info) {
        if (kernel.effectiveUser() == 0) {
            return "this root lacks CAP_SYS_PTRACE; give the container that capability, or use --mode kernel";
        }
        if (info.uid() != kernel.effectiveUser()) {
            return "it runs as user %d; run as that user, or as root".formatted(info.uid());
        }
        int scope = yamaScope();
        if (scope > 0) {
            return ("sysctl kernel.yama.ptrace_scope is %d; run as root, give java CAP_SYS_PTRACE, "
                    + "or use --mode kernel%s")
                    .formatted(scope, scope == 1 ? ", or set it to 0" : "");
        }
        return "it has changed its user or forbids to be looked into (prctl PR_SET_DUMPABLE); run as root";
    }

    /** Says why a thread did not stop in time. */
    static InjectException notStoppable(int pid, int thread) {
        try {
            ThreadInfo info = ThreadInfo.of(pid, thread);
            String where = text("/proc/" + pid + "/task/" + thread + "/wchan");
            return new InjectException(Reason.NOT_STOPPABLE,
                    ("thread %d of process %d (%s) cannot be stopped: it is in "
                            + "state %s%s; try again when it has gone on").formatted(thread, pid, info.name(),
                                    info.state(),
                                    where.isEmpty() || where.equals("0") ? "" : ", waiting in " + where));
        } catch (ProcessException e) {
            return new InjectException(Reason.NO_SUCH_PROCESS, e.getMessage());
        }
    }

    private static ThreadInfo info(int pid) {
        try {
            return ThreadInfo.of(pid, pid);
        } catch (NoSuchProcessException e) {
            throw new InjectException(Reason.NO_SUCH_PROCESS, e.getMessage());
        } catch (ProcessException e) {
            throw new InjectException(Reason.NO_SUCH_PROCESS,
                    "%d is not a process but a thread of one".formatted(pid));
        }
    }

    private static boolean is32Bit(int pid) {
        try (var file = Files.newInputStream(Path.of("/proc/" + pid + "/exe"))) {
            byte[] start = file.readNBytes(CLASS_OFFSET + 1);
            return start.length > CLASS_OFFSET && start[CLASS_OFFSET] == 1;
        } catch (IOException e) {
            return false; // without the right to read it, ptrace will say so
        }
    }

    private static int yamaScope() {
        String text = text(YAMA.toString());
        return text.isEmpty() ? 0 : Integer.parseInt(text);
    }

    /** The kernel names the thread that traces. */
    private static int processOf(int thread) {
        return text("/proc/" + thread + "/status").lines().filter(line -> line.startsWith("Tgid:"))
                .findFirst()
                .map(line -> Integer.parseInt(line.substring(line.indexOf(':') + 1).strip())).orElse(thread);
    }

    private static String named(int pid) {
        String name = text("/proc/" + pid + "/comm");
        return name.isEmpty() ? "" : " (" + name + ")";
    }

    private static String text(String path) {
        try {
            return Files.readString(Path.of(path)).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
