package io.bpf4j.vm.jit.x64.runtime;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.PreparedProgram;
import io.bpf4j.vm.flow.ControlFlow;
import io.bpf4j.vm.jit.x64.HelperLinkage;
import io.bpf4j.vm.jit.x64.HelperSite;
import io.bpf4j.vm.jit.x64.X64Compiler;
import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.MachineCode;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.X64Assembler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Makes the code for one process: programs, with every helper and every map operation that they call as machine code.
 *
 * <pre>
 * var runtime = new TargetRuntime(settings);
 * Label main = runtime.add(prepared);
 * ... trampolines that call main, written to runtime.code()
 * TargetCode done = runtime.finish();
 * byte[] bytes = done.code().link(address, symbol -> ...);
 * </pre>
 *
 * <p>A program is called with the address of its context in rdi, that of a {@link io.bpf4j.vm.jit.x64.ThreadBlock} in
 * r12, rbp at the block's {@code FRAME_TOP}, and the direction flag clear. It may change rax, rbx, rcx, rdx, rsi, rdi,
 * r8 to r11, r13 to r15 and the flags, and returns its result in rax; vector registers stay as they are. It needs less
 * than 1 KiB of machine stack, but 16 bytes more for each tail call.
 */
public final class TargetRuntime {

    private final X64Assembler code = new X64Assembler();
    private final Label base = code.here();
    private final RuntimeSettings settings;
    private final X64Compiler compiler;
    private final FaultTable faults = new FaultTable();
    private final MapRoutines maps;
    private final HelperRoutines helpers;
    private final Linkage linkage = new Linkage();
    /** What was called and is not written yet. */
    private final Deque<Runnable> pending = new ArrayDeque<>();
    private final Map<Object, Label> routines = new HashMap<>();
    private final List<Label> programs = new ArrayList<>();

    /** Begins the code for a process. */
    public TargetRuntime(RuntimeSettings settings) {
        this.settings = settings;
        this.compiler = new X64Compiler(settings.features());
        CopyRoutines copies = new CopyRoutines(code, faults);
        this.maps = new MapRoutines(this, copies);
        this.helpers = new HelperRoutines(this, maps, faults, copies);
    }

    /** Returns the assembler, for trampolines between programs. */
    public X64Assembler code() {
        return code;
    }

    RuntimeSettings settings() {
        return settings;
    }

    /**
     * Adds a verified program, linked to maps at their addresses in the process. Programs count from 0 in the order in
     * which they are added; the elements of program arrays hold that number plus one.
     *
     * @return where it starts
     */
    public Label add(PreparedProgram program) {
        if (program.checking() != Checking.NONE) {
            throw new IllegalArgumentException("nobody has verified program " + program.program().name());
        }
        Label main = compiler.append(code, program, linkage).get(0);
        programs.add(main);
        return main;
    }

    /** Writes all that is called; nothing can be added afterwards. */
    public TargetCode finish() {
        writePending();
        Optional<Label> handler = faults.rows().isEmpty()
                ? Optional.empty()
                : Optional.of(new FaultRoutines(code, faults, settings).handler(base));
        MachineCode done = code.assemble();
        List<TargetCode.Fault> rows = faults.rows().stream()
                .map(row -> new TargetCode.Fault(done.offsetOf(row.fault()), done.offsetOf(row.resume())))
                .toList();
        return new TargetCode(done, rows, handler.map(label -> OptionalInt.of(done.offsetOf(label)))
                .orElse(OptionalInt.empty()));
    }

    private void writePending() {
        while (!pending.isEmpty()) {
            code.align(16);
            pending.pop().run();
        }
    }

    /** Returns the label of a routine, which will be written later. */
    Label routine(Object key, Runnable writer) {
        Label known = routines.get(key);
        if (known != null) {
            return known;
        }
        Label label = code.label(key.toString());
        routines.put(key, label);
        later(() -> {
            code.bind(label);
            writer.run();
        });
        return label;
    }

    /** Writes something when what is being written is done. */
    void later(Runnable writer) {
        pending.add(writer);
    }

    /** Takes routines made of a text; the labels of its functions are given and will be bound. */
    void append(ControlFlow text, Map<Integer, Label> functions) {
        compiler.appendRoutines(code, text, linkage, functions);
    }

    /** Returns the label of a routine that returns a number. */
    Label constant(long value) {
        return routine("returns " + value, () -> {
            code.loadImmediate(Gpr.RAX, value);
            code.plain(Plain.RET);
        });
    }

    /** Calls helpers: some in place, others as routines. */
    private final class Linkage implements HelperLinkage {

        @Override
        public void call(X64Assembler to, HelperSite site) {
            if (site.helper() >= Intrinsic.FIRST) {
                Intrinsic.values()[site.helper() - Intrinsic.FIRST].emit(to);
                return;
            }
            Optional<MapCall> mapCall = MapCall.of(site.helper());
            if (mapCall.isPresent()) {
                call(mapCall.get(), site);
            } else if (!helpers.inline(site.helper())) {
                to.call(helpers.routine(site.helper()));
            }
        }

        private void call(MapCall call, HelperSite site) {
            OptionalInt map = site.map(call.map()).map(settings::map).orElse(OptionalInt.empty());
            if (map.isEmpty()) {
                code.call(maps.dispatcher(call));
            } else if (!maps.inline(map.getAsInt(), call)) {
                code.call(maps.routine(map.getAsInt(), call));
            }
        }

        @Override
        public void tailCall(X64Assembler to) {
            to.call(routine(Helper.TAIL_CALL, () -> new CallRoutines(code, settings).tailCall(programs)));
        }

        @Override
        public boolean functionsHaveAddresses() {
            return true;
        }
    }

    /** Returns what a map returns that cannot do what it is asked for. */
    static long unsupported(MapPlan plan, MapCall call) {
        return switch (call) {
            case LOOKUP, LOOKUP_SHARD, RESERVE, QUERY -> 0;
            case UPDATE, DELETE -> switch (plan.spec().kind()) {
                case QUEUE, STACK, STACK_TRACE -> ErrorNumber.EINVAL.result();
                default -> ErrorNumber.EOPNOTSUPP.result();
            };
            case PUSH, POP, PEEK, FOR_EACH -> ErrorNumber.EOPNOTSUPP.result();
            case OUTPUT, PERF_OUTPUT, STACK_ID -> ErrorNumber.EINVAL.result();
        };
    }
}
