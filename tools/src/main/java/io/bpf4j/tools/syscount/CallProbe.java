package io.bpf4j.tools.syscount;

import io.bpf4j.compiler.CompileOptions;
import io.bpf4j.compiler.check.CheckOptions;
import io.bpf4j.compiler.check.CheckOptions.TracepointAccess;
import io.bpf4j.compiler.check.TracepointFormats;
import io.bpf4j.loader.Session;
import io.bpf4j.tools.common.ExecutionMode;
import io.bpf4j.tools.session.Machine;
import io.bpf4j.vm.abi.SystemCalls;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.GlobalValues;
import io.bpf4j.vm.program.ProgramUnit;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The probe, told what to count: one process and the like by constants, which the kernel's verifier turns into code
 * that does only what is asked; sets by maps, once the probe runs.
 *
 * @param pids the only processes to count; none = all
 * @param awaited a process that counts from its next exec on
 */
record CallProbe(Filters filters, View view, List<Integer> pids, OptionalInt awaited, SystemCalls table,
        ExecutionMode mode) {

    private static final Set<String> SPECIAL_CALLS = Set.of("clone", "fork", "vfork", "clone3", "execve",
            "execveat", "exit", "exit_group", "rt_sigreturn");
    private static final byte[] TRUE = {1};

    /** Returns how to compile it: without asking the machine, for its tracepoints are the same everywhere. */
    static CompileOptions options(TracepointAccess access) {
        return CompileOptions.PORTABLE
                .withCheck(new CheckOptions(TracepointFormats.builtIn(), () -> access));
    }

    /** Returns the probe, told nothing yet. */
    static ProgramUnit compiled(Machine machine, TracepointAccess access) {
        return access == TracepointAccess.RAW
                ? SysCount.PROBE.unit()
                : machine.compile(SysCount.PROBE.source(), options(access), access.name());
    }

    /** Sets the constants of the compiled source and leaves out the program that nothing needs. */
    ProgramUnit specialise(ProgramUnit compiled) {
        ProgramUnit unit = compiled;
        for (String call : SPECIAL_CALLS) {
            unit = set(unit, "call_" + call, table.number(call).orElse(-1));
        }
        unit = set(unit, "by_process", view.byProcess());
        unit = set(unit, "timed", view.latency());
        unit = set(unit, "by_thread", mode == ExecutionMode.USER);
        unit = set(unit, "failures", filters.failures());
        unit = set(unit, "only_errno", filters.error().orElse(0));
        unit = set(unit, "only_wanted", !filters.calls().isEmpty());
        unit = set(unit, "only_pid", pids.size() == 1 ? pids.getFirst() : 0);
        unit = set(unit, "only_pids", pids.size() > 1);
        unit = set(unit, "only_tid", filters.thread().orElse(0));
        unit = set(unit, "awaited", awaited.orElse(0));
        if (filters.parent().isPresent()) {
            TaskLayout task = TaskLayout.ofThisKernel();
            unit = set(unit, "only_parent", filters.parent().getAsInt());
            unit = set(unit, "parent_offset", task.realParent());
            unit = set(unit, "tgid_offset", task.tgid());
        }
        if (filters.controlGroup().isPresent()) {
            ControlGroup group = ControlGroup.of(filters.controlGroup().get());
            unit = set(unit, "only_cgroup", group.id());
            unit = set(unit, "cgroup_level", group.level());
        }
        return view.latency()
                ? unit
                : unit.withPrograms(
                        unit.programs().stream().filter(program -> atExit(program.attach())).toList());
    }

    private static ProgramUnit set(ProgramUnit unit, String name, Object value) {
        return GlobalValues.set(unit, name, value.toString());
    }

    private static boolean atExit(AttachSpec point) {
        return point.spelling().endsWith(":sys_exit");
    }

    /** Fills the sets; nothing that they hold is counted before. */
    void fill(Session session) {
        if (pids.size() > 1) {
            pids.forEach(pid -> session.map("pids").update(key(Integer.BYTES, pid), TRUE));
        }
        for (String call : filters.calls()) {
            session.map("wanted").update(key(Long.BYTES, table.number(call).orElseThrow()), TRUE);
        }
    }

    /** A key of 4 or 8 bytes, little-endian; the number is not negative. */
    private static byte[] key(int size, int number) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array();
    }
}
