package io.bpf4j.vm.x64;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Compares the decoder with objdump, line by line: length, kind of control transfer, target of branches, presence and
 * target of operands relative to rip.
 *
 * <p>Where objdump does not see an instruction (data among the code), the comparison goes on at its next line, that is
 * at most 15 bytes later. Three times objdump is more lenient than a processor, and the decoder is held to the latter:
 * <ul>
 * <li>FWAIT before a floating-point instruction is an instruction of its own; objdump, like the assembler, makes one of
 * the two ("fstcw").
 * <li>REX, LOCK, 66, F2 or F3 before VEX, EVEX or XOP is an invalid opcode (SDM volume 2, sections 2.3.2 and 2.3.3);
 * objdump goes on as if it were not there. The decoder has to say that it is invalid.
 * <li>With prefix 67 the address of an operand relative to rip has 32 bits, and with 66 objdump shows 16 bits of where
 * XBEGIN leads: only those are compared.
 * </ul>
 */
final class DecoderComparison {

    private static final int FWAIT = 0x9b;
    private static final int SHOWN = 30;
    private static final int XBEGIN = 0xc7;

    private final X64Decoder decoder = new X64Decoder();
    private final List<String> differences = new ArrayList<>();
    private long instructions;
    private long branches;
    private long ripRelative;
    private long others;

    void accept(Objdump.Line line) {
        ObjdumpText text = new ObjdumpText(line.text());
        if (!text.isInstruction()) {
            others++;
            return;
        }
        instructions++;
        String difference = difference(line, text);
        if (difference != null && differences.size() < SHOWN) {
            differences.add("%x: %s %s: %s".formatted(line.address(), HexFormat.of().formatHex(line.copy()),
                    line.text(), difference));
        }
    }

    private String difference(Objdump.Line line, ObjdumpText text) {
        decoder.decode(line.bytes(), 0, line.length());
        if (isForbiddenVector(line)) {
            return decoder.status() == DecodedInsn.Status.INVALID ? null : "not invalid";
        }
        int from = 0;
        while (decoder.isValid() && decoder.map() == 0 && decoder.opcode() == FWAIT
                && from + decoder.length() < line.length()) {
            from += decoder.length();
            decoder.decode(line.bytes(), from, line.length());
        }
        if (decoder.length() != line.length() - from) {
            return decoder.status() + " of length " + decoder.length();
        }
        // A prefix before FWAIT is shown with the instruction after it.
        return from > 1 ? null : meaningDifference(line.address() + from, text);
    }

    private static boolean isForbiddenVector(Objdump.Line line) {
        int at = 0;
        boolean forbidding = false;
        while (at < line.length() && OpcodeTables.PRIMARY.charAt(line.bytes()[at] & 0xff) == 'p') {
            int prefix = line.bytes()[at++] & 0xff;
            forbidding |= switch (prefix) {
                case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x67 -> false;
                default -> true;
            };
        }
        return forbidding && at + 1 < line.length() && switch (line.bytes()[at] & 0xff) {
            case 0xc4, 0xc5, 0x62 -> true;
            case 0x8f -> (line.bytes()[at + 1] & 0x1f) >= 8;
            default -> false;
        };
    }

    private String meaningDifference(long address, ObjdumpText text) {
        Transfer transfer = text.transfer();
        if (decoder.transfer() != transfer) {
            return "transfer " + decoder.transfer();
        }
        if (transfer.isRelative()) {
            branches++;
            long compared = decoder.opcode() == XBEGIN && decoder.immediateSize() == 2 ? 0xffff : -1;
            if (((decoder.branchTarget(address) ^ text.branchTarget()) & compared) != 0) {
                return "target " + Long.toHexString(decoder.branchTarget(address));
            }
        }
        if (decoder.isRipRelative() != text.isRipRelative()) {
            return "relative to rip: " + decoder.isRipRelative();
        }
        if (decoder.isRipRelative()) {
            ripRelative++;
            long target = decoder.ripTarget(address);
            long compared = decoder.has(Prefix.ADDRESS_SIZE) ? 0xffff_ffffL : -1;
            if (((target ^ text.ripTarget()) & compared) != 0) {
                return "operand at " + Long.toHexString(target);
            }
        }
        return null;
    }

    List<String> differences() {
        return differences;
    }

    long instructions() {
        return instructions;
    }

    long branches() {
        return branches;
    }

    long ripRelative() {
        return ripRelative;
    }

    /** Returns the lines in which objdump saw no instruction. */
    long others() {
        return others;
    }

    @Override
    public String toString() {
        return "%d instructions, %d branches, %d relative to rip, %d lines without instruction".formatted(
                instructions, branches, ripRelative, others);
    }
}
