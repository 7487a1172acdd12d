package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.codegen.MachineBlock.Step;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.IrProgram;
import io.bpf4j.compiler.ir.IrUnit;
import io.bpf4j.compiler.ir.OutOfRoom;
import io.bpf4j.compiler.opt.Optimizer;
import io.bpf4j.compiler.opt.RemoveUnreachableBlocks;
import io.bpf4j.compiler.source.CompileException;
import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.vm.program.Function;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes the bytecode of a unit: passes, legal instructions, operations, registers, layout.
 *
 * <p>Equal input gives equal output.
 */
public final class CodeGenerator {

    private final CodegenOptions options;
    private final IrProgram program;
    private final Map<String, Generated> functions = new LinkedHashMap<>();

    /** A function that waits for its place. */
    private record Generated(IrFunction source, MachineFunction machine, Frame frame, Layout layout) {}

    private CodeGenerator(IrProgram program, CodegenOptions options) {
        this.program = program;
        this.options = options;
    }

    /**
     * Generates the bytecode.
     *
     * @throws CompileException if variables do not fit the stack
     */
    public static ProgramUnit generate(IrUnit unit, CodegenOptions options) {
        List<Program> programs = new ArrayList<>();
        Diagnostics mistakes = new Diagnostics();
        for (IrProgram program : unit.programs()) {
            try {
                programs.add(new CodeGenerator(program, options).generate());
            } catch (CompileException e) {
                e.diagnostics().forEach(mistakes::add);
            }
        }
        mistakes.throwIfErrors();
        return new ProgramUnit(unit.name(), unit.license(), programs, unit.maps(), unit.globals(),
                unit.outputs(),
                unit.losses(), unit.types());
    }

    private Program generate() {
        program.functions().forEach(this::function);
        String main = program.functions().getFirst().name();
        Set<String> reached = new HashSet<>();
        checkStack(List.of(), functions.get(main), reached);
        // The kernel refuses instructions that nothing leads to, functions included (verifier.c, check_cfg).
        functions.keySet().retainAll(reached);
        Map<String, Integer> starts = new LinkedHashMap<>();
        List<Function> records = new ArrayList<>();
        int slot = 0;
        for (Generated function : functions.values()) {
            IrFunction source = function.source();
            starts.put(source.name(), slot);
            records.add(new Function(source.name(), slot, source.signature(), source.result()));
            slot += function.layout().size();
        }
        Emitter emitter = new Emitter(starts);
        functions.values().forEach(function -> emitter.function(function.layout(), function.frame()));
        return new Program(program.name(), program.type(), program.attach(), emitter.instructions(),
                emitter.references(), records, emitter.lines(), emitter.names());
    }

    private void function(IrFunction source) {
        IrFunction reachable = RemoveUnreachableBlocks.run(source);
        IrFunction optimised = options.optimise() ? Optimizer.run(reachable, program.type()) : reachable;
        IrFunction legal = Legalizer.legalize(optimised, options.modern());
        MachineFunction machine = RegisterAllocator.allocate(Selector.select(legal, options.modern()));
        functions.put(source.name(), new Generated(source, machine, Frame.of(machine),
                Layout.of(machine, options.modern())));
    }

    /** Walks every chain of calls, notes whom it reaches, and counts the frames. */
    private void checkStack(List<Frame> callers, Generated function, Set<String> reached) {
        reached.add(function.source().name());
        List<Frame> chain = new ArrayList<>(callers);
        chain.add(function.frame());
        int needed = chain.stream().mapToInt(Frame::roundedSize).sum();
        if (needed > Frame.LIMIT) {
            throw OutOfRoom.error(
                    "'" + program.name() + "'" + (callers.isEmpty() ? "" : " with what it calls"),
                    needed, Frame.LIMIT, "stack",
                    chain.stream().flatMap(frame -> frame.slots().stream()).toList());
        }
        for (MachineBlock block : function.machine().blocks()) {
            for (Step step : block.steps()) {
                if (step.operation() instanceof Operation.CallFunction call) {
                    checkStack(chain, functions.get(call.function()), reached);
                }
            }
        }
    }
}
