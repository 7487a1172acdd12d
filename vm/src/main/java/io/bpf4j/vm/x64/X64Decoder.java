package io.bpf4j.vm.x64;

import java.util.Objects;

/**
 * Finds where instructions end, where they lead, and which of their bytes depend on where they lie: all of x86-64's
 * 64-bit mode up to AVX-512 and XOP, not APX. It does not say what an instruction does otherwise.
 *
 * <p>A decoder holds one instruction at a time and allocates nothing, so a scan is a loop:
 *
 * <pre>
 * var decoder = new X64Decoder();
 * for (int at = from; at &lt; to; at += Math.max(1, decoder.length())) {
 *     if (decoder.decode(code, at, to) &amp;&amp; decoder.transfer() == Transfer.RETURN) { ... }
 * }
 * </pre>
 *
 * <p>Not for use by two threads at once.
 */
public final class X64Decoder extends DecodedInsn {

    /** ModRM of XBEGIN after C7 and of XABORT after C6. */
    static final int XBEGIN = 0xf8;

    private static final int CUT = -1;

    private int limit;

    /**
     * Looks at the bytes from an offset on, at most up to another.
     *
     * @return whether there is an instruction; {@link #status} says more
     * @throws IndexOutOfBoundsException if the range is not within the bytes
     */
    public boolean decode(byte[] bytes, int from, int to) {
        Objects.checkFromToIndex(from, to, bytes.length);
        code = bytes;
        start = from;
        at = from;
        limit = Math.min(to, from + LONGEST);
        prefixes = 0;
        rex = 0;
        extension = 0;
        map = 0;
        modrmOffset = NONE;
        displacementOffset = NONE;
        displacementSize = 0;
        ripRelative = false;
        immediateOffset = NONE;
        immediateSize = 0;
        encoding = Encoding.LEGACY;
        transfer = Transfer.NONE;
        status = instruction();
        if (status == Status.VALID && at > limit) {
            status = beyondLimit();
        }
        return status == Status.VALID;
    }

    private Status beyondLimit() {
        return limit - start == LONGEST ? Status.INVALID : Status.TRUNCATED;
    }

    /** Returns the next byte, 0 to 255, or {@link #CUT}. */
    private int next() {
        return at < limit ? code[at++] & 0xff : CUT;
    }

    private int peek() {
        return at < limit ? code[at] & 0xff : CUT;
    }

    private Status instruction() {
        int first = prefixes();
        return switch (first) {
            case CUT -> beyondLimit();
            case 0x0f -> escaped();
            case 0xc5 -> vex2();
            case 0xc4 -> vex3(Encoding.VEX);
            case 0x62 -> evex();
            case 0x8f -> peek() != CUT && (peek() & 0x1f) >= 8 ? vex3(Encoding.XOP) : opcode(0, first);
            default -> opcode(0, first);
        };
    }

    /** Skips prefixes and returns the byte after them; REX counts only if it is the last (SDM volume 2, 2.2.1). */
    private int prefixes() {
        while (true) {
            int value = next();
            if (value == CUT || OpcodeTables.PRIMARY.charAt(value) != 'p') {
                return value;
            }
            if ((value & 0xf0) == 0x40) {
                rex = value;
                extension = value & 7;
            } else {
                rex = 0;
                extension = 0;
                prefixes |= Prefix.of(value).bit();
            }
        }
    }

    private Status escaped() {
        int second = next();
        return switch (second) {
            case CUT -> beyondLimit();
            case 0x38 -> opcode(2, next());
            case 0x3a -> opcode(3, next());
            default -> opcode(1, second);
        };
    }

    private Status vex2() {
        if (isVexForbidden()) {
            return Status.INVALID;
        }
        int first = next();
        extension = (~first & 0x80) >> 5;
        return vector(Encoding.VEX, 1, first == CUT ? CUT : next());
    }

    private Status vex3(Encoding scheme) {
        int first = next();
        int second = next();
        if (isVexForbidden()) {
            return Status.INVALID;
        }
        extension = ~first >> 5 & 7;
        return second == CUT ? beyondLimit() : vector(scheme, first & 0x1f, next());
    }

    /** EVEX: 62, RXBR'0mmm, Wvvvv1pp, zL'LbV'aaa (SDM volume 2, section 2.7.1). */
    private Status evex() {
        int first = next();
        int second = next();
        int third = next();
        if (isVexForbidden()) {
            return Status.INVALID;
        }
        if (third == CUT) {
            return beyondLimit();
        }
        extension = ~first >> 5 & 7;
        boolean reserved = (first & 8) != 0 || (second & 4) == 0;
        return reserved ? Status.INVALID : vector(Encoding.EVEX, first & 7, next());
    }

    /** Returns whether a prefix came before that may not stand before VEX, EVEX or XOP (SDM volume 2, 2.3.2, 2.3.3). */
    private boolean isVexForbidden() {
        return rex != 0 || has(Prefix.OPERAND_SIZE) || has(Prefix.LOCK) || has(Prefix.REP)
                || has(Prefix.REPNE);
    }

    private Status vector(Encoding scheme, int number, int value) {
        if (value == CUT) {
            return beyondLimit();
        }
        encoding = scheme;
        map = number;
        opcode = value;
        opcodeOffset = at - 1 - start;
        if (scheme == Encoding.EVEX && value == 0x77 && number == 1) {
            return Status.INVALID;
        }
        if (number == 1 && scheme != Encoding.XOP) {
            return operands(OpcodeTables.VECTOR.charAt(value));
        }
        boolean exists = number < OpcodeTables.WHOLE_MAPS.length() && (scheme != Encoding.VEX || number < 5);
        return operands(exists ? OpcodeTables.WHOLE_MAPS.charAt(number) : 'x');
    }

    private Status opcode(int number, int value) {
        if (value == CUT) {
            return beyondLimit();
        }
        map = number;
        opcode = value;
        opcodeOffset = at - 1 - start;
        return switch (number) {
            case 0 -> primary(value);
            case 1 -> {
                transfer = Transfer.ofSecondary(value);
                yield operands(OpcodeTables.SECONDARY.charAt(value));
            }
            default -> operands(OpcodeTables.WHOLE_MAPS.charAt(number));
        };
    }

    private Status primary(int value) {
        // Only 8F, of the bytes that say more, gets here: POP, as XOP has been excluded.
        Status result = operands(value == 0x8f ? 'M' : OpcodeTables.PRIMARY.charAt(value));
        if (result == Status.VALID) {
            int modrm = modrmOffset == NONE || at > limit ? 0 : modrm();
            transfer = Transfer.ofPrimary(value, modrm);
            return isInGroup(value, modrm) ? result : Status.INVALID;
        }
        return result;
    }

    /** Returns whether a group of the one-byte opcodes has a member (SDM volume 2, table A-6). */
    private static boolean isInGroup(int opcode, int modrm) {
        int member = modrm >> 3 & 7;
        return switch (opcode) {
            case 0x8f -> member == 0;
            case 0xc6, 0xc7 -> member == 0 || modrm == XBEGIN;
            case 0xfe -> member < 2;
            case 0xff -> member < 7;
            default -> true;
        };
    }

    /** Takes what follows the opcode, by its class in the {@link OpcodeTables}. */
    private Status operands(char shape) {
        return switch (shape) {
            case '-' -> Status.VALID;
            case 'b', 'j' -> immediate(1);
            case 'w' -> immediate(2);
            case 'e' -> immediate(3);
            case 'J' -> immediate(4);
            case 'z' -> immediate(fullImmediate());
            case 'v' -> immediate(isWide() ? 8 : fullImmediate());
            case 'a' -> immediate(has(Prefix.ADDRESS_SIZE) ? 4 : 8);
            case 'M' -> addressing(0);
            case 'B' -> addressing(1);
            case 'Z' -> addressing(encoding == Encoding.XOP ? 4 : fullImmediate());
            case 'Q' -> addressing(has(Prefix.OPERAND_SIZE) || has(Prefix.REPNE) ? 2 : 0);
            case 'T' -> addressing((peek() & 0x30) != 0 ? 0 : opcode == 0xf6 ? 1 : fullImmediate());
            case 'R' -> registers();
            default -> Status.INVALID;
        };
    }

    /** Returns the bytes of an immediate of the operand's size, but at most 4. */
    private int fullImmediate() {
        return has(Prefix.OPERAND_SIZE) && !isWide() ? 2 : 4;
    }

    private Status immediate(int size) {
        if (size > 0) {
            immediateOffset = at - start;
            immediateSize = size;
            at += size;
        }
        return Status.VALID;
    }

    private Status registers() {
        modrmOffset = at - start;
        at++;
        return Status.VALID;
    }

    private Status addressing(int immediate) {
        modrmOffset = at - start;
        int modrm = next();
        if (modrm == CUT) {
            return beyondLimit();
        }
        int mod = modrm >> 6;
        int rm = modrm & 7;
        if (mod != 3) {
            int base = rm;
            if (rm == 4) {
                int sib = next();
                if (sib == CUT) {
                    return beyondLimit();
                }
                base = sib & 7;
            }
            ripRelative = mod == 0 && rm == 5;
            displacementSize = mod == 1 ? 1 : mod == 2 || base == 5 ? 4 : 0;
            if (displacementSize > 0) {
                displacementOffset = at - start;
                at += displacementSize;
            }
        }
        return immediate(immediate);
    }
}
