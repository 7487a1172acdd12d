package io.bpf4j.compiler.ir;

import io.bpf4j.vm.isa.AluOperation;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Writes three-address code as text.
 *
 * <pre>
 * b0:
 *   v1 = call get_current_pid_tgid()
 *   v2 = v1 >> 32
 *   *(u32 *)(slot0 + 4) = v2
 *   if u32 v2 == 42 goto b1 else b2
 * </pre>
 *
 * An operation on 32 bits is marked {@code u32}, whatever its signedness.
 */
public final class IrPrinter {
    private IrPrinter() {}

    /** Prints every program of a unit. */
    public static String print(IrUnit unit) {
        return unit.programs().stream().map(IrPrinter::print).collect(Collectors.joining("\n"));
    }

    /** Prints a program with the functions that it calls. */
    public static String print(IrProgram program) {
        String head = "program " + program.name() + " (" + program.attach().spelling() + ")\n";
        return head + program.functions().stream().map(IrPrinter::print).collect(Collectors.joining());
    }

    /** Prints a function. */
    public static String print(IrFunction function) {
        StringBuilder text = new StringBuilder();
        text.append("function ").append(function.name()).append(list(function.parameters())).append('\n');
        for (Slot slot : slots(function)) {
            text.append("  ").append(slot).append(": ").append(slot.size()).append(" bytes, aligned to ")
                    .append(slot.alignment()).append(", ").append(slot.name()).append('\n');
        }
        for (Block block : function.blocks()) {
            text.append('b').append(block.id()).append(":\n");
            block.instructions().forEach(one -> text.append("  ").append(print(one)).append('\n'));
            text.append("  ").append(print(block.end())).append('\n');
        }
        return text.toString();
    }

    private static Set<Slot> slots(IrFunction function) {
        Set<Slot> slots = new TreeSet<>((left, right) -> Integer.compare(left.id(), right.id()));
        for (Block block : function.blocks()) {
            for (Instruction instruction : block.instructions()) {
                Operands.slotOf(instruction).ifPresent(slots::add);
            }
        }
        return slots;
    }

    private static String list(List<? extends Operand> operands) {
        return operands.stream().map(Object::toString).collect(Collectors.joining(", ", "(", ")"));
    }

    private static String half(boolean wide) {
        return wide ? "" : "u32 ";
    }

    private static String place(Base base, int offset) {
        return offset == 0
                ? "(" + base + ")"
                : "(" + base + (offset < 0 ? " - " : " + ") + Math.abs(offset) + ")";
    }

    /** {@code s>>=} without the assignment. */
    private static String sign(AluOperation operation) {
        return operation.spelling().substring(0, operation.spelling().length() - 1);
    }

    /** Prints an instruction on one line. */
    public static String print(Instruction instruction) {
        return switch (instruction) {
            case Instruction.Copy copy -> copy.result() + " = " + copy.source();
            case Instruction.Binary binary ->
                binary.result() + " = " + half(binary.wide()) + binary.left() + " "
                        + sign(binary.operation()) + " " + binary.right();
            case Instruction.Negate negate ->
                negate.result() + " = " + half(negate.wide()) + "-" + negate.operand();
            case Instruction.Extend extend -> extend.result() + " = (" + (extend.signed() ? "s" : "u")
                    + extend.bits() + ") " + extend.operand();
            case Instruction.ByteSwap swap -> swap.result() + " = " + swap.order().name().toLowerCase(
                    Locale.ROOT) + swap.bits() + " " + swap.operand();
            case Instruction.Compare compare ->
                compare.result() + " = " + half(compare.wide()) + compare.left()
                        + " " + compare.condition().spelling() + " " + compare.right();
            case Instruction.Load load -> load.result() + " = *(" + type(load) + " *)"
                    + place(load.base(), load.offset());
            case Instruction.Store store -> "*(" + store.width().spelling() + " *)"
                    + place(store.base(), store.offset()) + " = " + store.value();
            case Instruction.Atomic atomic -> print(atomic);
            case Instruction.SlotAddress address ->
                address.result() + " = address of " + place(address.slot(), address.offset());
            case Instruction.MapReference reference -> reference.result() + " = map " + reference.map();
            case Instruction.MapValueAddress address ->
                address.result() + " = address of " + address.map() + " + "
                        + address.offset();
            case Instruction.CallHelper call ->
                call.result().map(result -> result + " = ").orElse("") + "call "
                        + call.helper().helperName() + list(call.arguments());
            case Instruction.CallFunction call -> call.result().map(result -> result + " = ").orElse("")
                    + "call function " + call.function() + list(call.arguments());
        };
    }

    private static String type(Instruction.Load load) {
        String unsigned = load.width().spelling();
        return load.signed() ? unsigned.replace('u', 's') : unsigned;
    }

    private static String print(Instruction.Atomic atomic) {
        return atomic.result().map(result -> result + " = ").orElse("") + "atomic "
                + atomic.operation().name().toLowerCase(Locale.ROOT) + " *(" + atomic.width().spelling()
                + " *)" + place(atomic.base(), atomic.offset()) + ", " + atomic.operand()
                + atomic.expected().map(expected -> " if " + expected).orElse("");
    }

    /** Prints the end of a block on one line. */
    public static String print(Terminator end) {
        return switch (end) {
            case Terminator.Jump jump -> "goto b" + jump.target();
            case Terminator.Branch branch -> "if " + half(branch.wide()) + branch.left() + " "
                    + branch.condition().spelling() + " " + branch.right() + " goto b" + branch.whenTrue()
                    + " else b"
                    + branch.whenFalse();
            case Terminator.Return exit -> "return " + exit.value();
        };
    }
}
