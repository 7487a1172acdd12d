package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.codegen.Ending.Exit;
import io.bpf4j.compiler.codegen.Ending.Fork;
import io.bpf4j.compiler.codegen.Ending.Goto;
import io.bpf4j.compiler.codegen.MachineBlock.Step;
import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.program.NamedValue;
import io.bpf4j.vm.program.Reference;
import io.bpf4j.vm.program.SourceLine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Writes instructions, references and line table of one program, function after function. */
final class Emitter {

    private final List<Insn> instructions = new ArrayList<>();
    private final List<Reference> references = new ArrayList<>();
    private final List<SourceLine> lines = new ArrayList<>();
    private final List<NamedValue> names = new ArrayList<>();
    private final Map<SourceFile, List<String>> texts = new IdentityHashMap<>();
    private final Map<String, Integer> functionStarts;
    private int slot;
    private Frame frame;
    private Layout layout;
    private int base;

    Emitter(Map<String, Integer> functionStarts) {
        this.functionStarts = functionStarts;
    }

    List<Insn> instructions() {
        return instructions;
    }

    List<Reference> references() {
        return references;
    }
    List<SourceLine> lines() {
        return lines;
    }

    List<NamedValue> names() {
        return names;
    }

    /** Returns whether a constant can be loaded by one slot: sign-extended, or into the low half. */
    static boolean isShort(long value) {
        return value == (int) value || value >>> Integer.SIZE == 0;
    }

    /** Writes a function at the end of what is there. */
    void function(Layout functionLayout, Frame functionFrame) {
        layout = functionLayout;
        frame = functionFrame;
        base = slot;
        nameFrame();
        List<MachineBlock> blocks = layout.blocks();
        for (int index = 0; index < blocks.size(); index++) {
            MachineBlock block = blocks.get(index);
            for (Step step : block.steps()) {
                line(step.at());
                name(step);
                operation(step.operation());
            }
            int next = layout.next(index);
            if (!(block.end() instanceof Goto(int target) && target == next)) {
                line(block.endAt());
            }
            ending(block.end(), next);
        }
    }
    /** Notes what the source calls the register that a step defines. */
    private void name(Step step) {
        int[] defined = step.name().isEmpty() ? new int[0] : Accesses.of(step.operation()).definitions();
        if (defined.length > 0) {
            names.add(new NamedValue(step.name(), slot, new NamedValue.InRegister(register(defined[0]))));
        }
    }

    /** Notes where the variables are that live in the frame. */
    private void nameFrame() {
        frame.slots().stream().filter(Slot::isVariable).sorted(Comparator.comparingInt(Slot::id))
                .forEach(variable -> names.add(new NamedValue(variable.name(), slot,
                        new NamedValue.InFrame(frame.offsetOf(variable), variable.size()))));
    }

    private void line(Span at) {
        SourceLine last = lines.isEmpty() ? null : lines.getLast();
        boolean same = last != null && slot != base && last.line() == at.line()
                && last.column() == at.column()
                && last.file().equals(at.file().name());
        if (!same) {
            if (last != null && last.slot() == slot) {
                lines.removeLast();
            }
            lines.add(new SourceLine(slot, at.file().name(), at.line(), at.column(), text(at)));
        }
    }

    private String text(Span at) {
        List<String> text = texts.computeIfAbsent(at.file(), file -> file.text().lines().toList());
        return at.line() >= 1 && at.line() <= text.size() ? text.get(at.line() - 1) : "";
    }

    private void add(Insn insn) {
        instructions.add(insn);
        slot += insn.slots();
    }

    private static Register register(int number) {
        return Register.of(number);
    }

    private static Operand operand(Source source) {
        return switch (source) {
            case Source.InRegister(int number) -> register(number);
            case Source.Immediate(int value) -> Operand.immediate(value);
        };
    }

    private Register baseOf(Place place) {
        return place instanceof Place.Indirect(int number, int offset) ? register(number) : Register.FRAME;
    }

    private short offsetOf(Place place) {
        return switch (place) {
            case Place.Indirect(int number, int offset) -> (short) offset;
            case Place.InFrame(var object, int offset) -> (short) (frame.offsetOf(object) + offset);
        };
    }

    private void operation(Operation operation) {
        switch (operation) {
            case Operation.Move(int dst, int src) ->
                add(new Insn.Alu(AluOperation.MOVE, true, register(dst), register(src)));
            case Operation.Constant(int dst, long value) -> constant(register(dst), value);
            case Operation.MapHandle(int dst, String map) -> {
                references.add(new Reference.ToMap(slot, map));
                add(new LoadImmediate64(register(dst), Immediate64.MAP, 0, 0));
            }
            case Operation.MapValue(int dst, String map, int offset) -> {
                references.add(new Reference.ToMapValue(slot, map, offset));
                add(new LoadImmediate64(register(dst), Immediate64.MAP_VALUE, 0, offset));
            }
            case Operation.FrameAddress(int dst, var object, int offset) -> {
                add(new Insn.Alu(AluOperation.MOVE, true, register(dst), Register.FRAME));
                add(new Insn.Alu(AluOperation.ADD, true, register(dst),
                        Operand.immediate(frame.offsetOf(object) + offset)));
            }
            case Operation.Alu(var kind, var wide, var dst, var src) ->
                add(new Insn.Alu(kind, wide, register(dst), operand(src)));
            case Operation.ZeroExtend(int dst, int src) ->
                add(new Insn.Alu(AluOperation.MOVE, false, register(dst), register(src)));
            case Operation.SignExtend(int bits, int dst, int src) ->
                add(new Insn.MoveSignExtended(bits, true, register(dst), register(src)));
            case Operation.Negate(var wide, var dst) -> add(new Insn.Negate(wide, register(dst)));
            case Operation.Swap(var order, var bits, var dst) ->
                add(new Insn.ByteSwap(order, bits, register(dst)));
            case Operation.Load(var width, var signed, var dst, var place) ->
                add(new Insn.Load(width, signed, register(dst), baseOf(place), offsetOf(place)));
            case Operation.Store(var width, var place, var value) ->
                add(new Insn.Store(width, baseOf(place), offsetOf(place), operand(value)));
            case Operation.Atomic(var kind, var width, var fetch, var place, var src) -> add(
                    new Insn.Atomic(kind, width, fetch, baseOf(place), offsetOf(place), register(src)));
            case Operation.CallHelper call -> add(new Insn.CallHelper(call.helper().id()));
            case Operation.CallFunction call ->
                add(new Insn.CallFunction(functionStarts.get(call.function()) - (slot + 1)));
        }
    }

    private void constant(Register dst, long value) {
        if (isShort(value)) {
            add(new Insn.Alu(AluOperation.MOVE, value == (int) value, dst, Operand.immediate((int) value)));
        } else {
            add(LoadImmediate64.number(dst, value));
        }
    }

    private void ending(Ending ending, int next) {
        switch (ending) {
            case Goto(int target) when target == next -> {
                /* falls through */ }
            case Goto(int target) -> jump(target);
            case Fork fork when Layout.turned(fork, next) ->
                branch(fork, fork.condition().negated(), fork.whenFalse());
            case Fork fork -> {
                branch(fork, fork.condition(), fork.whenTrue());
                if (Layout.needsJump(fork, next)) {
                    jump(fork.whenFalse());
                }
            }
            case Exit exit -> add(new Insn.Exit());
        }
    }

    private int distance(int target) {
        return base + layout.start(target) - (slot + 1);
    }

    private void jump(int target) {
        int distance = distance(target);
        add(new Insn.Jump(distance, distance != (short) distance));
    }

    private void branch(Fork fork, Condition condition, int target) {
        add(new Insn.Branch(condition, fork.wide(), register(fork.left()), operand(fork.right()),
                (short) Math.toIntExact(distance(target))));
    }
}
