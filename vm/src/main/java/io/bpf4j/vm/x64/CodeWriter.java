package io.bpf4j.vm.x64;

/** The part of an assembler that knows no instructions: places, the line table, data, foreign code. */
public abstract sealed class CodeWriter permits X64Assembler {

    final CodeBuffer out = new CodeBuffer();
    private int labels;

    CodeWriter() {}

    /** Ends the code; all labels in use must be bound. */
    public MachineCode assemble() {
        return out.finish();
    }

    // Places and the line table

    /** Makes a label, to be bound later. */
    public Label label() {
        return label("L" + labels);
    }

    /** Makes a label with a name for messages. */
    public Label label(String name) {
        labels++;
        return new Label(out, name);
    }

    /** Says that a label is here. */
    public void bind(Label label) {
        out.bind(label);
    }

    /** Makes a label that is here. */
    public Label here() {
        Label label = label();
        bind(label);
        return label;
    }

    /** Says that the code from here on belongs to an instruction of the source program, or {@link LineTable#NONE}. */
    public void mark(int insn) {
        out.mark(insn);
    }

    // Data and foreign code

    /** Writes bytes as they are. */
    public void bytes(byte... bytes) {
        out.put(bytes);
    }

    /** Writes four bytes, little-endian. */
    public void int32(int value) {
        out.put(value, Integer.BYTES);
    }

    /** Writes eight bytes, little-endian. */
    public void int64(long value) {
        out.put(value, Long.BYTES);
    }

    /** Writes eight bytes that will hold an address. */
    public void address(Place place, long addend) {
        out.field(new Field.Address(), place, addend);
    }

    /** Writes four bytes that hold the distance of a label from another: an entry of a jump table. */
    public void difference(Label to, Label from) {
        from.requireOwner(out);
        out.field(new Field.Difference(from), to, 0);
    }

    /**
     * Writes an instruction that was made elsewhere and has a 32-bit field relative to its own end, to be filled with a
     * new distance.
     *
     * @param fieldOffset where the field starts within the instruction
     */
    public void relocated(byte[] instruction, int fieldOffset, Place place) {
        if (fieldOffset < 0 || fieldOffset > instruction.length - Integer.BYTES) {
            throw new IllegalArgumentException("no 32-bit field at " + fieldOffset + " of an instruction of "
                    + instruction.length + " bytes");
        }
        out.put(instruction, fieldOffset, place);
    }

    /** Writes a number of bytes of instructions that do nothing, as few as possible. */
    public void nop(int size) {
        out.put(Nops.of(size));
    }

    /** Writes nops up to an offset that is a multiple of a power of two, counted from the start of the code. */
    public void align(int alignment) {
        if (Integer.bitCount(alignment) != 1) {
            throw new IllegalArgumentException("alignment " + alignment + " is not a power of two");
        }
        out.pad(alignment);
    }
}
