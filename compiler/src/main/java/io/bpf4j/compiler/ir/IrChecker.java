package io.bpf4j.compiler.ir;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.program.MapSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds what is wrong with three-address code: registers that may be read before they are assigned, jumps to nowhere,
 * unreachable blocks, widths that no instruction has, accesses outside or across the alignment of a slot, calls with
 * the wrong number of arguments, unknown maps. For the tests of every step that makes or changes such code.
 */
public final class IrChecker {
    private final Set<String> maps;
    private final List<String> problems = new ArrayList<>();
    private String where = "";

    private IrChecker(Set<String> maps) {
        this.maps = maps;
    }

    /** Returns one sentence for each thing that is wrong; none if all is well. */
    public static List<String> check(IrUnit unit) {
        IrChecker checker = new IrChecker(
                unit.maps().stream().map(MapSpec::name).collect(Collectors.toSet()));
        unit.programs().forEach(checker::check);
        return checker.problems;
    }

    /**
     * Does nothing for a unit that is well-formed.
     *
     * @throws IllegalStateException with everything that is wrong
     */
    public static void require(IrUnit unit) {
        List<String> problems = check(unit);
        if (!problems.isEmpty()) {
            throw new IllegalStateException(String.join("\n", problems));
        }
    }

    private void report(String problem) {
        problems.add(where + ": " + problem);
    }

    private void check(IrProgram program) {
        Set<String> names = program.functions().stream().map(IrFunction::name).collect(Collectors.toSet());
        for (IrFunction function : program.functions()) {
            where = program.name() + "." + function.name();
            if (names.size() != program.functions().size()) {
                report("two functions have one name");
            }
            if (function.parameters().size() > 5
                    || function.parameters().size() != function.signature().size()) {
                report(function.parameters().size() + " parameters");
            }
            check(function, program);
            new Definitions(function).problems().forEach(this::report);
        }
    }

    private void check(IrFunction function, IrProgram program) {
        for (Block block : function.blocks()) {
            for (Instruction instruction : block.instructions()) {
                where = program.name() + "." + function.name() + " b" + block.id() + " '"
                        + IrPrinter.print(instruction) + "'";
                check(instruction, program);
            }
        }
        where = program.name() + "." + function.name();
    }

    private void check(Instruction instruction, IrProgram program) {
        switch (instruction) {
            case Instruction.Binary binary -> {
                if (binary.operation() == AluOperation.MOVE) {
                    report("a move is a copy");
                }
            }
            case Instruction.Extend extend -> width(extend.bits(), Set.of(8, 16, 32));
            case Instruction.ByteSwap swap -> width(swap.bits(), Set.of(16, 32, 64));
            case Instruction.Load load -> {
                if (load.signed() && load.width() == Width.DOUBLE) {
                    report("a 64-bit load has nothing to extend");
                }
                access(load.base(), load.offset(), load.width());
            }
            case Instruction.Store store -> access(store.base(), store.offset(), store.width());
            case Instruction.Atomic atomic -> atomic(atomic);
            case Instruction.SlotAddress address -> {
                if (address.offset() < 0 || address.offset() > address.slot().size()) {
                    report("outside the slot");
                }
            }
            case Instruction.MapReference reference -> map(reference.map());
            case Instruction.MapValueAddress address -> map(address.map());
            case Instruction.CallHelper call -> {
                if (call.arguments().size() != call.helper().arguments().size()) {
                    report("the helper takes " + call.helper().arguments().size() + " arguments");
                }
            }
            case Instruction.CallFunction call -> callFunction(call, program);
            default -> {
            }
        }
    }

    private void width(int bits, Set<Integer> allowed) {
        if (!allowed.contains(bits)) {
            report("no operation on " + bits + " bits");
        }
    }

    private void atomic(Instruction.Atomic atomic) {
        if (atomic.width() != Width.WORD && atomic.width() != Width.DOUBLE) {
            report("no atomic operation on " + atomic.width().bytes() + " bytes");
        }
        boolean compares = atomic.operation() == AtomicOperation.COMPARE_EXCHANGE;
        if (atomic.expected().isPresent() != compares) {
            report("a value to compare with belongs to compare_exchange only");
        }
        if (atomic.operation().alwaysFetches() && atomic.result().isEmpty()) {
            report("the old value has no place to go");
        }
        access(atomic.base(), atomic.offset(), atomic.width());
    }

    /** The verifier wants accesses of the stack aligned (kernel/bpf/verifier.c, check_ptr_alignment). */
    private void access(Base base, int offset, Width width) {
        if (base instanceof Slot slot) {
            if (offset < 0 || offset + width.bytes() > slot.size()) {
                report("outside the slot");
            }
            if (offset % width.bytes() != 0 || slot.alignment() < width.bytes()) {
                report("not aligned");
            }
        }
    }

    private void map(String name) {
        if (!maps.contains(name)) {
            report("no such map");
        }
    }

    private void callFunction(Instruction.CallFunction call, IrProgram program) {
        for (IrFunction function : program.functions()) {
            if (function.name().equals(call.function())) {
                if (function.parameters().size() != call.arguments().size()) {
                    report("the function takes " + function.parameters().size() + " arguments");
                }
                return;
            }
        }
        report("no such function");
    }
}
