package io.bpf4j.loader.user;

import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.PreparedProgram;
import io.bpf4j.vm.engine.helper.StandardHelpers;
import io.bpf4j.vm.jit.x64.runtime.RuntimeSettings;
import io.bpf4j.vm.jit.x64.runtime.TargetCode;
import io.bpf4j.vm.jit.x64.runtime.TargetRuntime;
import io.bpf4j.vm.patch.Edit;
import io.bpf4j.vm.patch.Range;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.trampoline.TargetLayout;
import io.bpf4j.vm.trampoline.TrampolineWriter;
import io.bpf4j.vm.trampoline.Trampolines;
import io.bpf4j.vm.verify.VerifiedProgram;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Plain;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The machine code for some hooks of one process that are near each other: programs, runtime, trampolines. */
final class CodeImage {

    /** {@code mov rax, 15; syscall}: the bytes by which unwinders know the return from a signal handler. */
    private static final byte[] SIGNAL_RETURN = {0x48, (byte) 0xc7, (byte) 0xc0, 0x0f, 0, 0, 0};

    private final TargetCode code;
    private final Trampolines trampolines;
    private final Map<PlannedCode, Label> starts = new LinkedHashMap<>();
    private final Label trampolinesStart;
    private final Label signalReturn;

    private CodeImage(TargetCode code, Trampolines trampolines, Map<PlannedCode, Label> starts,
            Label trampolinesStart, Label signalReturn) {
        this.code = code;
        this.trampolines = trampolines;
        this.starts.putAll(starts);
        this.trampolinesStart = trampolinesStart;
        this.signalReturn = signalReturn;
    }

    /**
     * Makes the code.
     *
     * @param programs by the program that they were made of
     * @param machine with the maps at their addresses in the process
     */
    static CodeImage make(List<? extends PlannedCode> hooks, Map<Program, VerifiedProgram> programs,
            Machine machine,
            RuntimeSettings settings, TargetLayout layout) {
        TargetRuntime runtime = new TargetRuntime(settings);
        Map<Program, Label> entries = new IdentityHashMap<>();
        programs.forEach((program, verified) -> entries.put(program,
                runtime.add(PreparedProgram.proved(verified, machine))));
        runtime.code().align(16);
        Label trampolinesStart = runtime.code().here();
        TrampolineWriter writer = new TrampolineWriter(runtime.code(), layout);
        Map<PlannedCode, Label> starts = new LinkedHashMap<>();
        for (PlannedCode hook : hooks) {
            runtime.code().align(16);
            starts.put(hook, hook.write(writer, entries));
        }
        Label signalReturn = runtime.code().here();
        runtime.code().bytes(SIGNAL_RETURN);
        runtime.code().plain(Plain.SYSCALL);
        return new CodeImage(runtime.finish(), writer.trampolines(), starts, trampolinesStart, signalReturn);
    }

    /** Returns a machine whose maps are where a process has them; nothing runs on it. */
    static Machine machineAt(SharedArena arena, long address) {
        return new Machine(arena.memoryAt(address), arena.mapsAt(address).table(), StandardHelpers.table());
    }

    /**
     * Returns where threads may be, or return to, that have no busy block; for an address of the code. The handler of
     * faults is among it: it may be interrupted by another signal before its first instruction.
     */
    List<Range> waysBack(long address) {
        List<Range> ranges = new ArrayList<>();
        ranges.add(new Range(address + code.offsetOf(trampolinesStart), address + code.offsetOf(signalReturn)
                + SIGNAL_RETURN.length));
        faultHandler().ifPresent(offset -> ranges.add(new Range(address + offset, address + size())));
        return ranges;
    }

    /** Returns the number of bytes. */
    int size() {
        return code.code().size();
    }

    /** Returns the bytes for an address. */
    byte[] link(long address) {
        return trampolines.link(code.code(), address);
    }

    /** Returns what to write over the process's code, if this is at an address. */
    List<Edit> edits(long address) {
        List<Edit> edits = new ArrayList<>();
        starts.forEach((hook, label) -> edits.addAll(hook.patch().edits(address + code.offsetOf(label))));
        return edits;
    }

    /** Returns where the handler of faults is, in bytes from the start; empty if nothing can fault. */
    OptionalInt faultHandler() {
        return code.faultHandler();
    }

    /** Returns where a handler returns to, in bytes from the start. */
    int signalReturn() {
        return code.offsetOf(signalReturn);
    }
}
