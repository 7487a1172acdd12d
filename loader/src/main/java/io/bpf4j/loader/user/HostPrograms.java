package io.bpf4j.loader.user;

import io.bpf4j.vm.engine.Executable;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.helper.StandardHelpers;
import io.bpf4j.vm.engine.helper.SystemEnvironment;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import java.util.ArrayList;
import java.util.List;

/** The programs of a unit that belong to no traced process: begin, end and timers run in this one, on the same maps. */
final class HostPrograms implements AutoCloseable {

    private final SystemEnvironment environment = new SystemEnvironment(text -> {});
    private final Machine machine;
    private final Execution execution;
    private final List<Prepared> programs = new ArrayList<>();
    private final List<Timer> timers = new ArrayList<>();

    /** A program that can be run. */
    private record Prepared(Program program, Executable executable) {}

    /** A program that is to be run every so many nanoseconds. */
    private static final class Timer {
        private final Executable executable;
        private final long period;
        private long next;

        Timer(Executable executable, long period, long now) {
            this.executable = executable;
            this.period = period;
            this.next = now + period;
        }
    }

    /** Prepares to run programs on an arena's maps. */
    HostPrograms(SharedArena arena) {
        machine = new Machine(arena.memory(), arena.maps().table(), StandardHelpers.table());
        execution = new Execution(machine, environment, arena.memory().base() + arena.hostExecution(),
                SharedArena.HOST_CONTEXT_BYTES, arena.shards() - 1);
    }

    /** Returns whether a program is run here. */
    static boolean isHosts(AttachSpec spec) {
        return spec instanceof AttachSpec.Begin || spec instanceof AttachSpec.End
                || spec instanceof AttachSpec.Interval;
    }

    /** Takes a program. */
    void add(Program program) {
        programs.add(new Prepared(program, new Interpreter().prepare(program, machine)));
    }

    /** Runs the programs of a moment. */
    void run(Class<? extends AttachSpec> moment) {
        programs.stream().filter(prepared -> moment.isInstance(prepared.program().attach()))
                .forEach(prepared -> run(prepared.executable()));
    }

    /** Starts the timers. */
    void startTimers(long now) {
        for (Prepared prepared : programs) {
            if (prepared.program().attach() instanceof AttachSpec.Interval interval) {
                timers.add(new Timer(prepared.executable(), interval.nanoseconds(), now));
            }
        }
    }

    /** Runs the timers' programs that are due. */
    void runTimers(long now) {
        for (Timer timer : timers) {
            if (now - timer.next >= 0) {
                timer.next += timer.period * ((now - timer.next) / timer.period + 1);
                run(timer.executable);
            }
        }
    }

    /** Returns the nanoseconds until a timer is due, {@link Long#MAX_VALUE} if there is none. */
    long untilNext(long now) {
        return timers.stream().mapToLong(timer -> Math.max(0, timer.next - now)).min().orElse(Long.MAX_VALUE);
    }

    /** Stops the timers. */
    void stopTimers() {
        timers.clear();
    }

    private void run(Executable executable) {
        executable.run(execution, execution.setContext("the context", new byte[0], false), 0);
    }

    @Override
    public void close() {
        environment.close();
    }
}
