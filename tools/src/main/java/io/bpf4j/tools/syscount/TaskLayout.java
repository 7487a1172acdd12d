package io.bpf4j.tools.syscount;

import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import io.bpf4j.vm.btf.Btf;
import io.bpf4j.vm.btf.BtfException;
import io.bpf4j.vm.btf.BtfKind;
import io.bpf4j.vm.btf.BtfType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the running kernel keeps a task's parent and process id.
 *
 * @param realParent bytes to {@code task_struct.real_parent} (include/linux/sched.h)
 * @param tgid bytes to {@code task_struct.tgid}
 */
record TaskLayout(int realParent, int tgid) {

    private static final Path KERNEL_TYPES = Path.of("/sys/kernel/btf/vmlinux");

    /**
     * Asks the kernel, which takes some time.
     *
     * @throws UserError if it does not say
     */
    static TaskLayout ofThisKernel() {
        try {
            Btf types = Btf.parse(Files.readAllBytes(KERNEL_TYPES));
            BtfType.Struct task = types.find(BtfKind.STRUCT, "task_struct", BtfType.Struct.class)
                    .orElseThrow(() -> new BtfException("it describes no task_struct"));
            return new TaskLayout(offset(task, "real_parent"), offset(task, "tgid"));
        } catch (IOException | BtfException e) {
            throw new UserError(ExitCode.FAILED,
                    "cannot tell parents: " + KERNEL_TYPES + ": " + e.getMessage(),
                    "use -p or --cgroup in place of --ppid");
        }
    }

    private static int offset(BtfType.Struct struct, String member) {
        return struct.members().stream().filter(candidate -> candidate.name().equals(member)).findFirst()
                .map(found -> found.bitOffset() / Byte.SIZE)
                .orElseThrow(() -> new BtfException("task_struct has no " + member));
    }
}
