package io.bpf4j.vm.x64;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Code in the making: fixed bytes one after the other, and beside them what is not known yet (jumps and padding, whose
 * size is flexible; fields that hold places; labels; the line table).
 */
final class CodeBuffer {

    private byte[] bytes = new byte[1024];
    private int size;
    private final List<Flexible> flexibles = new ArrayList<>();
    private final List<Field> fields = new ArrayList<>();
    private final List<int[]> marks = new ArrayList<>();

    void put8(int value) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * size);
        }
        bytes[size++] = (byte) value;
    }

    /** Appends the low bytes of a value, the lowest first. */
    void put(long value, int count) {
        for (int i = 0; i < count; i++) {
            put8((int) (value >>> 8 * i));
        }
    }

    void put(byte[] code) {
        for (byte value : code) {
            put8(value);
        }
    }

    /** Binds a label here. */
    void bind(Label label) {
        label.requireOwner(this);
        label.bind(size, flexibles.size());
    }

    /** Appends a jump; with a null condition it is always taken. */
    void jump(ConditionCode condition, Label target) {
        target.requireOwner(this);
        flexibles.add(new Flexible.Jump(size, condition, target));
    }

    void pad(int alignment) {
        flexibles.add(new Flexible.Padding(size, alignment));
    }

    /** Appends a field. */
    void field(Field.Kind kind, Place place, long addend) {
        if (place instanceof Label label) {
            label.requireOwner(this);
        }
        fields.add(new Field(size, flexibles.size(), kind, place, addend));
        put(0, kind instanceof Field.Address ? Long.BYTES : Integer.BYTES);
    }

    /** Appends code that has a field in it. */
    void put(byte[] code, int fieldOffset, Place place) {
        Field.Kind kind = new Field.Distance(code.length - fieldOffset);
        put(Arrays.copyOf(code, fieldOffset));
        field(kind, place, 0);
        put(Arrays.copyOfRange(code, fieldOffset + Integer.BYTES, code.length));
    }

    /** Notes that the code from here on belongs to an instruction of the source program. */
    void mark(int insn) {
        marks.add(new int[]{size, flexibles.size(), insn});
    }

    MachineCode finish() {
        CodeLayout layout = new CodeLayout(this, flexibles);
        byte[] code = spread(layout);
        return new MachineCode(code, fill(code, layout), lines(layout), layout);
    }

    /** Returns the fixed bytes with the flexible pieces between them. */
    private byte[] spread(CodeLayout layout) {
        byte[] code = new byte[size + layout.flexibleSize()];
        ByteBuffer out = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
        int copied = 0;
        for (int i = 0; i < flexibles.size(); i++) {
            Flexible piece = flexibles.get(i);
            out.put(bytes, copied, piece.position - copied);
            copied = piece.position;
            switch (piece) {
                case Flexible.Jump jump -> put(out, jump, layout.distance(i));
                case Flexible.Padding padding -> Nops.put(out, padding.size);
            }
        }
        out.put(bytes, copied, size - copied);
        return code;
    }

    private static void put(ByteBuffer out, Flexible.Jump jump, int distance) {
        boolean isShort = jump.size == Flexible.Jump.SHORT;
        if (jump.condition == null) {
            out.put((byte) (isShort ? 0xeb : 0xe9));
        } else if (isShort) {
            out.put((byte) (0x70 + jump.condition.number()));
        } else {
            out.put((byte) 0x0f).put((byte) (0x80 + jump.condition.number()));
        }
        if (isShort) {
            out.put((byte) distance);
        } else {
            out.putInt(distance);
        }
    }

    /** Writes the fields that are known within the code, and returns the others. */
    private List<Relocation> fill(byte[] code, CodeLayout layout) {
        ByteBuffer out = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
        List<Relocation> relocations = new ArrayList<>();
        for (Field field : fields) {
            int at = layout.offsetOf(field.position(), field.flexiblesBefore());
            switch (field.kind()) {
                case Field.Address address -> relocations.add(absolute(at, field, layout));
                case Field.Difference(Label from) -> out.putInt(at, near(field,
                        layout.offsetOf((Label) field.place()) - layout.offsetOf(from)));
                case Field.Distance(int end) -> {
                    switch (field.place()) {
                        case Label label -> out.putInt(at,
                                near(field, layout.offsetOf(label) - (at + end)));
                        case Symbol symbol -> relocations
                                .add(new Relocation.PcRelative(at, symbol, field.addend() - end));
                    }
                }
            }
        }
        return relocations;
    }

    private static int near(Field field, long distance) {
        long value = distance + field.addend();
        if (value != (int) value) {
            throw new IllegalArgumentException(
                    field.place() + " and " + field.addend() + " bytes more do not fit 32 bits, signed");
        }
        return (int) value;
    }

    private static Relocation absolute(int at, Field field, CodeLayout layout) {
        return switch (field.place()) {
            case Label label -> new Relocation.Own(at, layout.offsetOf(label) + field.addend());
            case Symbol symbol -> new Relocation.Absolute(at, symbol, field.addend());
        };
    }

    /** Returns the line table; of several marks at one place the last counts. */
    private LineTable lines(CodeLayout layout) {
        int[] offsets = new int[marks.size()];
        int[] insns = new int[marks.size()];
        int rows = 0;
        for (int[] mark : marks) {
            int offset = layout.offsetOf(mark[0], mark[1]);
            if (rows > 0 && offsets[rows - 1] == offset) {
                rows--;
            }
            offsets[rows] = offset;
            insns[rows++] = mark[2];
        }
        return new LineTable(Arrays.copyOf(offsets, rows), Arrays.copyOf(insns, rows));
    }
}
