package io.bpf4j.vm.x64;

import static io.bpf4j.vm.x64.OperandSize.BYTE;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;
import static io.bpf4j.vm.x64.OperandSize.WORD;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Every form of every instruction that the assembler can write, with its text in Intel's syntax. */
final class Forms {

    /** What to write with, the assembler's part and the text. */
    record Form(String text, Consumer<X64Assembler> emit) {}

    /** Operands to fill forms with. A label in the memory operand must have its name in the text, too. */
    record Operands(OperandSize size, Gpr first, Gpr second, Gpr third, Memory memory, long value) {}

    private final Operands operands;
    private final OperandSize size;
    private final Gpr first;
    private final Gpr second;
    private final Memory memory;
    private final List<Form> forms = new ArrayList<>();

    private Forms(Operands operands) {
        this.operands = operands;
        this.size = operands.size();
        this.first = operands.first();
        this.second = operands.second();
        this.memory = operands.memory();
    }

    /** Returns the forms that exist with the operands' size. */
    static List<Form> all(Operands operands) {
        Forms forms = new Forms(operands);
        forms.moves();
        forms.arithmetic();
        forms.shifts();
        forms.bits();
        forms.atomics();
        forms.control();
        return forms.forms;
    }

    private void add(Consumer<X64Assembler> emit, String mnemonic, Object... parts) {
        StringBuilder text = new StringBuilder(mnemonic.toLowerCase(Locale.ROOT));
        String separator = " ";
        for (Object part : parts) {
            text.append(separator).append(part);
            separator = ", ";
        }
        forms.add(new Form(text.toString(), emit));
    }

    private String text(Gpr register) {
        return register.name(size);
    }

    private String text(Operand operand) {
        return text(size, operand);
    }

    static String text(OperandSize size, Operand operand) {
        return switch (operand) {
            case Gpr register -> register.name(size);
            case Memory memory -> size + " PTR " + (memory.segment() == null ? "" : memory.segment() + ":")
                    + address(memory);
        };
    }

    private static String address(Memory memory) {
        String base = memory.place() != null
                ? "rip+" + memory.place()
                : memory.base() == null ? "" : memory.base() + "";
        String index = memory.index() == null ? "" : "+" + memory.index() + "*" + memory.scale();
        return "[" + base + index + "+" + memory.displacement() + "]";
    }

    private List<Operand> both() {
        return List.of(first, memory);
    }

    private void moves() {
        long value = operands.value();
        for (Operand to : both()) {
            add(code -> code.mov(size, to, second), "mov", text(to), text(second));
            add(code -> code.mov(size, to, value), "mov", text(to), value);
            if (size != QWORD || to != Gpr.RAX || second != Gpr.RAX) {
                // GNU as writes the plain nop for that one.
                add(code -> code.xchg(size, to, second), "xchg", text(to), text(second));
            }
            for (ConditionCode condition : ConditionCode.values()) {
                add(code -> code.set(condition, to), "set" + condition, text(BYTE, to));
                if (size != BYTE) {
                    add(code -> code.cmov(condition, size, second, to), "cmov" + condition, text(second),
                            text(to));
                }
            }
            extensions(to);
        }
        add(code -> code.mov(size, second, memory), "mov", text(second), text(memory));
        if (size != BYTE) {
            add(code -> code.lea(size, second, memory.in(null)), "lea", text(second), address(memory));
            add(code -> code.movbe(size, second, memory), "movbe", text(second), text(memory));
            add(code -> code.movbe(size, memory, second), "movbe", text(memory), text(second));
        }
        stack();
    }

    private void extensions(Operand from) {
        String zeroExtended = second.name(size == QWORD ? QWORD : DWORD);
        add(code -> code.movzx(second, size, from), size.bytes() < 4 ? "movzx" : "mov", zeroExtended,
                text(from));
        for (OperandSize narrow : OperandSize.values()) {
            if (narrow.compareTo(size) < 0) {
                add(code -> code.movsx(size, second, narrow, from), narrow == DWORD ? "movsxd" : "movsx",
                        text(second),
                        text(narrow, from));
            }
        }
    }

    private void stack() {
        for (Operand operand : both()) {
            add(code -> code.push(operand), "push", text(QWORD, operand));
            add(code -> code.pop(operand), "pop", text(QWORD, operand));
        }
        long value = (int) operands.value();
        add(code -> code.push(value), "push", value);
        long wide = operands.value() * 0x1_0001_0001L;
        boolean unsigned = wide >>> Integer.SIZE == 0;
        add(code -> code.loadImmediate(first, wide), wide == (int) wide || unsigned ? "mov" : "movabs",
                first.name(unsigned ? DWORD : QWORD), wide);
    }

    private void arithmetic() {
        long value = operands.value();
        for (Operand to : both()) {
            for (Alu operation : Alu.values()) {
                add(code -> code.alu(operation, size, to, second), operation.name(), text(to), text(second));
                add(code -> code.alu(operation, size, to, value), operation.name(), text(to), value);
            }
            add(code -> code.test(size, to, second), "test", text(to), text(second));
            add(code -> code.test(size, to, value), "test", text(to), value);
            for (Unary operation : Unary.values()) {
                add(code -> code.unary(operation, size, to), operation.name(), text(to));
            }
            if (size != BYTE) {
                add(code -> code.imul(size, second, to), "imul", text(second), text(to));
                add(code -> code.imul(size, second, to, value), "imul", text(second), text(to), value);
            }
        }
        for (Alu operation : Alu.values()) {
            add(code -> code.alu(operation, size, second, memory), operation.name(), text(second),
                    text(memory));
        }
    }

    private void shifts() {
        int count = (int) operands.value() & size.bits() - 1;
        for (Operand to : both()) {
            for (Shift operation : Shift.values()) {
                add(code -> code.shift(operation, size, to, count), operation.name(), text(to), count);
                add(code -> code.shift(operation, size, to, 1), operation.name(), text(to), 1);
                add(code -> code.shiftByCl(operation, size, to), operation.name(), text(to), "cl");
            }
            if (size == DWORD || size == QWORD) {
                Gpr third = operands.third();
                for (FlaglessShift operation : FlaglessShift.values()) {
                    add(code -> code.shift(operation, size, second, to, third), operation.name(),
                            text(second),
                            text(to), text(third));
                }
                add(code -> code.rorx(size, second, to, count), "rorx", text(second), text(to), count);
                add(code -> code.andn(size, second, third, to), "andn", text(second), text(third), text(to));
            }
        }
    }

    private void bits() {
        int index = (int) operands.value() & size.bits() - 1;
        for (Operand operand : both()) {
            if (size != BYTE) {
                for (BitCount what : BitCount.values()) {
                    add(code -> code.count(what, size, second, operand), what.name(), text(second),
                            text(operand));
                }
                for (BitTest operation : BitTest.values()) {
                    add(code -> code.bit(operation, size, operand, index), operation.name(), text(operand),
                            index);
                    add(code -> code.bit(operation, size, operand, second), operation.name(), text(operand),
                            text(second));
                }
            }
            add(code -> code.crc32(second, size, operand), "crc32",
                    second.name(size == QWORD ? QWORD : DWORD),
                    text(operand));
        }
        if (size == DWORD || size == QWORD) {
            add(code -> code.bswap(size, first), "bswap", text(first));
        }
    }

    private void atomics() {
        long value = operands.value();
        for (Alu operation : Alu.values()) {
            if (operation != Alu.CMP) {
                add(code -> code.lock(operation, size, memory, second), "lock " + operation, text(memory),
                        text(second));
                add(code -> code.lock(operation, size, memory, value), "lock " + operation, text(memory),
                        value);
            }
        }
        for (Unary operation : List.of(Unary.INC, Unary.DEC, Unary.NOT, Unary.NEG)) {
            add(code -> code.lock(operation, size, memory), "lock " + operation, text(memory));
        }
        add(code -> code.lockXadd(size, memory, second), "lock xadd", text(memory), text(second));
        add(code -> code.lockCmpxchg(size, memory, second), "lock cmpxchg", text(memory), text(second));
    }

    private void control() {
        for (Operand operand : both()) {
            add(code -> code.jmp(operand), "jmp", text(QWORD, operand));
            add(code -> code.call(operand), "call", text(QWORD, operand));
        }
        add(code -> code.rdpid(first), "rdpid", first);
        add(code -> code.readBase(Segment.FS, first), "rdfsbase", first);
        add(code -> code.readBase(Segment.GS, first), "rdgsbase", first);
        for (Plain instruction : Plain.values()) {
            add(code -> code.plain(instruction), instruction.name().replace('_', ' '));
        }
    }

    /** Returns whether the value fits the size with or without sign, and so may be an immediate. */
    static boolean isImmediate(OperandSize size, long value) {
        return switch (size) {
            case BYTE -> value >= -0x80 && value <= 0xff;
            case WORD -> value >= -0x8000 && value <= 0xffff;
            case DWORD -> value >= Integer.MIN_VALUE && value <= 0xffff_ffffL;
            case QWORD -> value == (int) value;
        };
    }

    /** Returns some of each size of displacement. */
    static List<Integer> displacements() {
        return List.of(0, 1, -1, 127, 128, -128, -129, 0x12345678, Integer.MAX_VALUE, Integer.MIN_VALUE);
    }

    /** Returns values around the limits of each size. */
    static List<Long> values() {
        return List.of(0L, 1L, -1L, 8L, 127L, 128L, -128L, -129L, 255L, 32767L, 32768L, -32768L, 65535L,
                0x12345678L,
                0x7fffffffL, -0x80000000L, 0x80000000L, 0xffffffffL);
    }

}
