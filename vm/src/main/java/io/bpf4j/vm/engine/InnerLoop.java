package io.bpf4j.vm.engine;

import static io.bpf4j.vm.engine.FusedCode.STEP_EQUAL;
import static io.bpf4j.vm.engine.FusedCode.STEP_LESS;
import static io.bpf4j.vm.engine.FusedCode.STEP_NOT_EQUAL;
import static io.bpf4j.vm.engine.FusedCode.SUM;
import static io.bpf4j.vm.engine.FusedCode.SUM_LOAD;
import static io.bpf4j.vm.engine.MicroCode.ADD;
import static io.bpf4j.vm.engine.MicroCode.AND;
import static io.bpf4j.vm.engine.MicroCode.ANY_BIT;
import static io.bpf4j.vm.engine.MicroCode.BRANCH;
import static io.bpf4j.vm.engine.MicroCode.BYTE;
import static io.bpf4j.vm.engine.MicroCode.CONSTANT;
import static io.bpf4j.vm.engine.MicroCode.DIVIDE;
import static io.bpf4j.vm.engine.MicroCode.DOUBLE;
import static io.bpf4j.vm.engine.MicroCode.EQUAL;
import static io.bpf4j.vm.engine.MicroCode.GREATER;
import static io.bpf4j.vm.engine.MicroCode.GREATER_OR_EQUAL;
import static io.bpf4j.vm.engine.MicroCode.HALF;
import static io.bpf4j.vm.engine.MicroCode.LESS;
import static io.bpf4j.vm.engine.MicroCode.LESS_OR_EQUAL;
import static io.bpf4j.vm.engine.MicroCode.LOAD;
import static io.bpf4j.vm.engine.MicroCode.LOAD_NUMBER;
import static io.bpf4j.vm.engine.MicroCode.LOAD_SIGNED;
import static io.bpf4j.vm.engine.MicroCode.MODULO;
import static io.bpf4j.vm.engine.MicroCode.MOVE;
import static io.bpf4j.vm.engine.MicroCode.MULTIPLY;
import static io.bpf4j.vm.engine.MicroCode.NARROW;
import static io.bpf4j.vm.engine.MicroCode.NEGATE;
import static io.bpf4j.vm.engine.MicroCode.NOT_EQUAL;
import static io.bpf4j.vm.engine.MicroCode.OR;
import static io.bpf4j.vm.engine.MicroCode.SHIFT_LEFT;
import static io.bpf4j.vm.engine.MicroCode.SHIFT_RIGHT;
import static io.bpf4j.vm.engine.MicroCode.SHIFT_RIGHT_SIGNED;
import static io.bpf4j.vm.engine.MicroCode.SIGNED_DIVIDE;
import static io.bpf4j.vm.engine.MicroCode.SIGNED_GREATER;
import static io.bpf4j.vm.engine.MicroCode.SIGNED_GREATER_OR_EQUAL;
import static io.bpf4j.vm.engine.MicroCode.SIGNED_LESS;
import static io.bpf4j.vm.engine.MicroCode.SIGNED_LESS_OR_EQUAL;
import static io.bpf4j.vm.engine.MicroCode.SIGNED_MODULO;
import static io.bpf4j.vm.engine.MicroCode.SIGN_EXTEND;
import static io.bpf4j.vm.engine.MicroCode.STORE;
import static io.bpf4j.vm.engine.MicroCode.SUBTRACT;
import static io.bpf4j.vm.engine.MicroCode.WIDE;
import static io.bpf4j.vm.engine.MicroCode.WORD;
import static io.bpf4j.vm.engine.MicroCode.XOR;
import static io.bpf4j.vm.isa.Arithmetic.divide;
import static io.bpf4j.vm.isa.Arithmetic.modulo;
import static io.bpf4j.vm.isa.Arithmetic.signedDivide;
import static io.bpf4j.vm.isa.Arithmetic.signedModulo;

import io.bpf4j.vm.isa.Arithmetic;
import io.bpf4j.vm.memory.Memory;
import java.nio.ByteBuffer;

/**
 * The interpreter's inner loop: instructions that only compute, jump, or touch memory that is quickly known to be the
 * program's. It calls nothing, so that HotSpot keeps its few variables in registers; whatever takes more, or fails, is
 * left to {@link InterpretedProgram}, one instruction at a time. It runs {@link FusedCode}.
 */
final class InnerLoop {

    /** More than there are: a power of two, so that four bits are always an index. */
    static final int REGISTERS = 16;

    private static final long LOW = 0xffff_ffffL;

    private InnerLoop() {}

    /**
     * Runs instructions.
     *
     * @param registers 16 of them
     * @return the slot of the first instruction that is not done
     */
    @SuppressWarnings("checkstyle:MethodLength") // one switch, for HotSpot to compile as one
    static int run(long[] code, ByteBuffer buffer, Execution execution, long[] registers, int start) {
        // HotSpot knows the length of an array that is made here, and so checks no index.
        long[] r = new long[REGISTERS];
        System.arraycopy(registers, 0, r, 0, REGISTERS);
        int pc = start;
        stretch : while (true) {
            long word = code[pc];
            int low = (int) word;
            int dst = low >>> 8 & 15;
            int src = low >>> 12 & 15;
            int distance = 0;
            switch (low & 0xff) {
                case WIDE + ADD -> r[dst] += r[src];
                case WIDE + SUBTRACT -> r[dst] -= r[src];
                case WIDE + MULTIPLY -> r[dst] *= r[src];
                case WIDE + OR -> r[dst] |= r[src];
                case WIDE + AND -> r[dst] &= r[src];
                case WIDE + XOR -> r[dst] ^= r[src];
                case WIDE + SHIFT_LEFT -> r[dst] <<= r[src];
                case WIDE + SHIFT_RIGHT -> r[dst] >>>= r[src];
                case WIDE + SHIFT_RIGHT_SIGNED -> r[dst] >>= r[src];
                case WIDE + MOVE -> r[dst] = r[src];
                case WIDE + DIVIDE -> r[dst] = divide(r[dst], r[src]);
                case WIDE + SIGNED_DIVIDE -> r[dst] = signedDivide(r[dst], r[src]);
                case WIDE + MODULO -> r[dst] = modulo(r[dst], r[src]);
                case WIDE + SIGNED_MODULO -> r[dst] = signedModulo(r[dst], r[src]);
                case NARROW + ADD -> r[dst] = ((int) r[dst] + (int) r[src]) & LOW;
                case NARROW + SUBTRACT -> r[dst] = ((int) r[dst] - (int) r[src]) & LOW;
                case NARROW + MULTIPLY -> r[dst] = ((int) r[dst] * (int) r[src]) & LOW;
                case NARROW + OR -> r[dst] = ((int) r[dst] | (int) r[src]) & LOW;
                case NARROW + AND -> r[dst] = ((int) r[dst] & (int) r[src]) & LOW;
                case NARROW + XOR -> r[dst] = ((int) r[dst] ^ (int) r[src]) & LOW;
                case NARROW + SHIFT_LEFT -> r[dst] = ((int) r[dst] << (int) r[src]) & LOW;
                case NARROW + SHIFT_RIGHT -> r[dst] = ((int) r[dst] >>> (int) r[src]) & LOW;
                case NARROW + SHIFT_RIGHT_SIGNED -> r[dst] = ((int) r[dst] >> (int) r[src]) & LOW;
                case NARROW + MOVE -> r[dst] = r[src] & LOW;
                case NARROW + DIVIDE -> r[dst] = divide((int) r[dst], (int) r[src]) & LOW;
                case NARROW + SIGNED_DIVIDE -> r[dst] = signedDivide((int) r[dst], (int) r[src]) & LOW;
                case NARROW + MODULO -> r[dst] = modulo((int) r[dst], (int) r[src]) & LOW;
                case NARROW + SIGNED_MODULO -> r[dst] = signedModulo((int) r[dst], (int) r[src]) & LOW;
                case BRANCH + WIDE + EQUAL -> distance = r[dst] == r[src] ? low >> 16 : 0;
                case BRANCH + WIDE + NOT_EQUAL -> distance = r[dst] != r[src] ? low >> 16 : 0;
                case BRANCH + WIDE + SIGNED_GREATER -> distance = r[dst] > r[src] ? low >> 16 : 0;
                case BRANCH + WIDE + SIGNED_GREATER_OR_EQUAL -> distance = r[dst] >= r[src] ? low >> 16 : 0;
                case BRANCH + WIDE + SIGNED_LESS -> distance = r[dst] < r[src] ? low >> 16 : 0;
                case BRANCH + WIDE + SIGNED_LESS_OR_EQUAL -> distance = r[dst] <= r[src] ? low >> 16 : 0;
                case BRANCH + WIDE + ANY_BIT -> distance = (r[dst] & r[src]) != 0 ? low >> 16 : 0;
                case BRANCH + WIDE + GREATER ->
                    distance = Long.compareUnsigned(r[dst], r[src]) > 0 ? low >> 16 : 0;
                case BRANCH + WIDE + GREATER_OR_EQUAL ->
                    distance = Long.compareUnsigned(r[dst], r[src]) >= 0 ? low >> 16 : 0;
                case BRANCH + WIDE + LESS ->
                    distance = Long.compareUnsigned(r[dst], r[src]) < 0 ? low >> 16 : 0;
                case BRANCH + WIDE + LESS_OR_EQUAL ->
                    distance = Long.compareUnsigned(r[dst], r[src]) <= 0 ? low >> 16 : 0;
                case BRANCH + NARROW + EQUAL -> distance = (int) r[dst] == (int) r[src] ? low >> 16 : 0;
                case BRANCH + NARROW + NOT_EQUAL -> distance = (int) r[dst] != (int) r[src] ? low >> 16 : 0;
                case BRANCH + NARROW + SIGNED_GREATER ->
                    distance = (int) r[dst] > (int) r[src] ? low >> 16 : 0;
                case BRANCH + NARROW + SIGNED_GREATER_OR_EQUAL ->
                    distance = (int) r[dst] >= (int) r[src] ? low >> 16 : 0;
                case BRANCH + NARROW + SIGNED_LESS -> distance = (int) r[dst] < (int) r[src] ? low >> 16 : 0;
                case BRANCH + NARROW + SIGNED_LESS_OR_EQUAL ->
                    distance = (int) r[dst] <= (int) r[src] ? low >> 16 : 0;
                case BRANCH + NARROW + ANY_BIT ->
                    distance = ((int) r[dst] & (int) r[src]) != 0 ? low >> 16 : 0;
                case BRANCH + NARROW + GREATER ->
                    distance = Integer.compareUnsigned((int) r[dst], (int) r[src]) > 0 ? low >> 16 : 0;
                case BRANCH + NARROW + GREATER_OR_EQUAL ->
                    distance = Integer.compareUnsigned((int) r[dst], (int) r[src]) >= 0 ? low >> 16 : 0;
                case BRANCH + NARROW + LESS ->
                    distance = Integer.compareUnsigned((int) r[dst], (int) r[src]) < 0 ? low >> 16 : 0;
                case BRANCH + NARROW + LESS_OR_EQUAL ->
                    distance = Integer.compareUnsigned((int) r[dst], (int) r[src]) <= 0 ? low >> 16 : 0;
                case CONSTANT + WIDE + ADD -> r[dst] += word >> 32;
                case CONSTANT + WIDE + SUBTRACT -> r[dst] -= word >> 32;
                case CONSTANT + WIDE + MULTIPLY -> r[dst] *= word >> 32;
                case CONSTANT + WIDE + OR -> r[dst] |= word >> 32;
                case CONSTANT + WIDE + AND -> r[dst] &= word >> 32;
                case CONSTANT + WIDE + XOR -> r[dst] ^= word >> 32;
                case CONSTANT + WIDE + SHIFT_LEFT -> r[dst] <<= word >> 32;
                case CONSTANT + WIDE + SHIFT_RIGHT -> r[dst] >>>= word >> 32;
                case CONSTANT + WIDE + SHIFT_RIGHT_SIGNED -> r[dst] >>= word >> 32;
                case CONSTANT + WIDE + MOVE -> r[dst] = word >> 32;
                case CONSTANT + WIDE + DIVIDE -> r[dst] = divide(r[dst], word >> 32);
                case CONSTANT + WIDE + SIGNED_DIVIDE -> r[dst] = signedDivide(r[dst], word >> 32);
                case CONSTANT + WIDE + MODULO -> r[dst] = modulo(r[dst], word >> 32);
                case CONSTANT + WIDE + SIGNED_MODULO -> r[dst] = signedModulo(r[dst], word >> 32);
                case CONSTANT + NARROW + ADD -> r[dst] = ((int) r[dst] + (int) (word >> 32)) & LOW;
                case CONSTANT + NARROW + SUBTRACT -> r[dst] = ((int) r[dst] - (int) (word >> 32)) & LOW;
                case CONSTANT + NARROW + MULTIPLY -> r[dst] = ((int) r[dst] * (int) (word >> 32)) & LOW;
                case CONSTANT + NARROW + OR -> r[dst] = ((int) r[dst] | (int) (word >> 32)) & LOW;
                case CONSTANT + NARROW + AND -> r[dst] = ((int) r[dst] & (int) (word >> 32)) & LOW;
                case CONSTANT + NARROW + XOR -> r[dst] = ((int) r[dst] ^ (int) (word >> 32)) & LOW;
                case CONSTANT + NARROW + SHIFT_LEFT -> r[dst] = ((int) r[dst] << (int) (word >> 32)) & LOW;
                case CONSTANT + NARROW + SHIFT_RIGHT -> r[dst] = ((int) r[dst] >>> (int) (word >> 32)) & LOW;
                case CONSTANT + NARROW + SHIFT_RIGHT_SIGNED ->
                    r[dst] = ((int) r[dst] >> (int) (word >> 32)) & LOW;
                case CONSTANT + NARROW + MOVE -> r[dst] = (word >> 32) & LOW;
                case CONSTANT + NARROW + DIVIDE -> r[dst] = divide((int) r[dst], (int) (word >> 32)) & LOW;
                case CONSTANT + NARROW + SIGNED_DIVIDE ->
                    r[dst] = signedDivide((int) r[dst], (int) (word >> 32)) & LOW;
                case CONSTANT + NARROW + MODULO -> r[dst] = modulo((int) r[dst], (int) (word >> 32)) & LOW;
                case CONSTANT + NARROW + SIGNED_MODULO ->
                    r[dst] = signedModulo((int) r[dst], (int) (word >> 32)) & LOW;
                case CONSTANT + BRANCH + WIDE + EQUAL -> distance = r[dst] == (word >> 32) ? low >> 16 : 0;
                case CONSTANT + BRANCH + WIDE + NOT_EQUAL ->
                    distance = r[dst] != (word >> 32) ? low >> 16 : 0;
                case CONSTANT + BRANCH + WIDE + SIGNED_GREATER ->
                    distance = r[dst] > (word >> 32) ? low >> 16 : 0;
                case CONSTANT + BRANCH + WIDE + SIGNED_GREATER_OR_EQUAL ->
                    distance = r[dst] >= (word >> 32) ? low >> 16 : 0;
                case CONSTANT + BRANCH + WIDE + SIGNED_LESS ->
                    distance = r[dst] < (word >> 32) ? low >> 16 : 0;
                case CONSTANT + BRANCH + WIDE + SIGNED_LESS_OR_EQUAL ->
                    distance = r[dst] <= (word >> 32) ? low >> 16 : 0;
                case CONSTANT + BRANCH + WIDE + ANY_BIT ->
                    distance = (r[dst] & (word >> 32)) != 0 ? low >> 16 : 0;
                case CONSTANT + BRANCH + WIDE + GREATER ->
                    distance = Long.compareUnsigned(r[dst], word >> 32) > 0 ? low >> 16 : 0;
                case CONSTANT + BRANCH + WIDE + GREATER_OR_EQUAL ->
                    distance = Long.compareUnsigned(r[dst], word >> 32) >= 0 ? low >> 16 : 0;
                case CONSTANT + BRANCH + WIDE + LESS ->
                    distance = Long.compareUnsigned(r[dst], word >> 32) < 0 ? low >> 16 : 0;
                case CONSTANT + BRANCH + WIDE + LESS_OR_EQUAL ->
                    distance = Long.compareUnsigned(r[dst], word >> 32) <= 0 ? low >> 16 : 0;
                case CONSTANT + BRANCH + NARROW + EQUAL ->
                    distance = (int) r[dst] == (int) (word >> 32) ? low >> 16 : 0;
                case CONSTANT + BRANCH + NARROW + NOT_EQUAL ->
                    distance = (int) r[dst] != (int) (word >> 32) ? low >> 16 : 0;
                case CONSTANT + BRANCH + NARROW + SIGNED_GREATER ->
                    distance = (int) r[dst] > (int) (word >> 32) ? low >> 16 : 0;
                case CONSTANT + BRANCH + NARROW + SIGNED_GREATER_OR_EQUAL ->
                    distance = (int) r[dst] >= (int) (word >> 32) ? low >> 16 : 0;
                case CONSTANT + BRANCH + NARROW + SIGNED_LESS ->
                    distance = (int) r[dst] < (int) (word >> 32) ? low >> 16 : 0;
                case CONSTANT + BRANCH + NARROW + SIGNED_LESS_OR_EQUAL ->
                    distance = (int) r[dst] <= (int) (word >> 32) ? low >> 16 : 0;
                case CONSTANT + BRANCH + NARROW + ANY_BIT ->
                    distance = ((int) r[dst] & (int) (word >> 32)) != 0 ? low >> 16 : 0;
                case CONSTANT + BRANCH + NARROW + GREATER ->
                    distance = Integer.compareUnsigned((int) r[dst], (int) (word >> 32)) > 0 ? low >> 16 : 0;
                case CONSTANT + BRANCH + NARROW + GREATER_OR_EQUAL ->
                    distance = Integer.compareUnsigned((int) r[dst], (int) (word >> 32)) >= 0 ? low >> 16 : 0;
                case CONSTANT + BRANCH + NARROW + LESS ->
                    distance = Integer.compareUnsigned((int) r[dst], (int) (word >> 32)) < 0 ? low >> 16 : 0;
                case CONSTANT + BRANCH + NARROW + LESS_OR_EQUAL ->
                    distance = Integer.compareUnsigned((int) r[dst], (int) (word >> 32)) <= 0 ? low >> 16 : 0;
                case LOAD + BYTE -> {
                    long address = r[src] + (low >> 16);
                    if (!execution.canRead(address, 1)) {
                        break stretch;
                    }
                    r[dst] = buffer.get(execution.index(address)) & 0xffL;
                }
                case LOAD + HALF -> {
                    long address = r[src] + (low >> 16);
                    if (!execution.canRead(address, 2)) {
                        break stretch;
                    }
                    r[dst] = (short) Memory.SHORTS.get(buffer, execution.index(address)) & 0xffffL;
                }
                case LOAD + WORD -> {
                    long address = r[src] + (low >> 16);
                    if (!execution.canRead(address, 4)) {
                        break stretch;
                    }
                    r[dst] = (int) Memory.INTS.get(buffer, execution.index(address)) & LOW;
                }
                case LOAD + DOUBLE -> {
                    long address = r[src] + (low >> 16);
                    if (!execution.canRead(address, 8)) {
                        break stretch;
                    }
                    r[dst] = (long) Memory.LONGS.get(buffer, execution.index(address));
                }
                case LOAD_SIGNED + BYTE -> {
                    long address = r[src] + (low >> 16);
                    if (!execution.canRead(address, 1)) {
                        break stretch;
                    }
                    r[dst] = buffer.get(execution.index(address));
                }
                case LOAD_SIGNED + HALF -> {
                    long address = r[src] + (low >> 16);
                    if (!execution.canRead(address, 2)) {
                        break stretch;
                    }
                    r[dst] = (short) Memory.SHORTS.get(buffer, execution.index(address));
                }
                case LOAD_SIGNED + WORD -> {
                    long address = r[src] + (low >> 16);
                    if (!execution.canRead(address, 4)) {
                        break stretch;
                    }
                    r[dst] = (int) Memory.INTS.get(buffer, execution.index(address));
                }
                case STORE + BYTE -> {
                    long address = r[dst] + (low >> 16);
                    if (!execution.canWrite(address, 1)) {
                        break stretch;
                    }
                    buffer.put(execution.index(address), (byte) r[src]);
                }
                case STORE + HALF -> {
                    long address = r[dst] + (low >> 16);
                    if (!execution.canWrite(address, 2)) {
                        break stretch;
                    }
                    Memory.SHORTS.set(buffer, execution.index(address), (short) r[src]);
                }
                case STORE + WORD -> {
                    long address = r[dst] + (low >> 16);
                    if (!execution.canWrite(address, 4)) {
                        break stretch;
                    }
                    Memory.INTS.set(buffer, execution.index(address), (int) r[src]);
                }
                case STORE + DOUBLE -> {
                    long address = r[dst] + (low >> 16);
                    if (!execution.canWrite(address, 8)) {
                        break stretch;
                    }
                    Memory.LONGS.set(buffer, execution.index(address), r[src]);
                }
                case CONSTANT + STORE + BYTE -> {
                    long address = r[dst] + (low >> 16);
                    if (!execution.canWrite(address, 1)) {
                        break stretch;
                    }
                    buffer.put(execution.index(address), (byte) (word >> 32));
                }
                case CONSTANT + STORE + HALF -> {
                    long address = r[dst] + (low >> 16);
                    if (!execution.canWrite(address, 2)) {
                        break stretch;
                    }
                    Memory.SHORTS.set(buffer, execution.index(address), (short) (word >> 32));
                }
                case CONSTANT + STORE + WORD -> {
                    long address = r[dst] + (low >> 16);
                    if (!execution.canWrite(address, 4)) {
                        break stretch;
                    }
                    Memory.INTS.set(buffer, execution.index(address), (int) (word >> 32));
                }
                case CONSTANT + STORE + DOUBLE -> {
                    long address = r[dst] + (low >> 16);
                    if (!execution.canWrite(address, 8)) {
                        break stretch;
                    }
                    Memory.LONGS.set(buffer, execution.index(address), word >> 32);
                }
                case MicroCode.JUMP -> distance = (int) (word >> 32);
                case LOAD_NUMBER -> {
                    r[dst] = code[pc + 1] & ~LOW | word >>> 32;
                    distance = 1;
                }
                case SUM -> {
                    r[dst] = r[src] + r[(int) (word >> 32) & 15];
                    distance = 1;
                }
                case SUM_LOAD + BYTE -> {
                    long sum = r[src] + r[(int) (word >> 32) & 15];
                    r[dst] = sum;
                    sum += low >> 16;
                    if (!execution.canRead(sum, 1)) {
                        pc += 2;
                        break stretch;
                    }
                    r[(int) (word >> 36) & 15] = buffer.get(execution.index(sum)) & 0xffL;
                    distance = 2;
                }
                case SUM_LOAD + HALF -> {
                    long sum = r[src] + r[(int) (word >> 32) & 15];
                    r[dst] = sum;
                    sum += low >> 16;
                    if (!execution.canRead(sum, 2)) {
                        pc += 2;
                        break stretch;
                    }
                    r[(int) (word >> 36) & 15] = (short) Memory.SHORTS.get(buffer, execution.index(sum))
                            & 0xffffL;
                    distance = 2;
                }
                case SUM_LOAD + WORD -> {
                    long sum = r[src] + r[(int) (word >> 32) & 15];
                    r[dst] = sum;
                    sum += low >> 16;
                    if (!execution.canRead(sum, 4)) {
                        pc += 2;
                        break stretch;
                    }
                    r[(int) (word >> 36) & 15] = (int) Memory.INTS.get(buffer, execution.index(sum)) & LOW;
                    distance = 2;
                }
                case SUM_LOAD + DOUBLE -> {
                    long sum = r[src] + r[(int) (word >> 32) & 15];
                    r[dst] = sum;
                    sum += low >> 16;
                    if (!execution.canRead(sum, 8)) {
                        pc += 2;
                        break stretch;
                    }
                    r[(int) (word >> 36) & 15] = (long) Memory.LONGS.get(buffer, execution.index(sum));
                    distance = 2;
                }
                case STEP_NOT_EQUAL -> {
                    long stepped = r[dst] + (low << 16 >> 28);
                    r[dst] = stepped;
                    pc++;
                    distance = stepped != word >> 32 ? low >> 16 : 0;
                }
                case STEP_EQUAL -> {
                    long stepped = r[dst] + (low << 16 >> 28);
                    r[dst] = stepped;
                    pc++;
                    distance = stepped == word >> 32 ? low >> 16 : 0;
                }
                case STEP_LESS -> {
                    long stepped = r[dst] + (low << 16 >> 28);
                    r[dst] = stepped;
                    pc++;
                    distance = Long.compareUnsigned(stepped, word >> 32) < 0 ? low >> 16 : 0;
                }
                case SIGN_EXTEND -> r[dst] = signExtend(word, r[src]);
                case NEGATE -> r[dst] = Arithmetic.negate((low & 1 << 16) != 0, r[dst]);
                default -> {
                    break stretch;
                }
            }
            if (distance < 0 && !execution.canSpend(-distance)) {
                break;
            }
            pc += 1 + distance;
        }
        System.arraycopy(r, 0, registers, 0, REGISTERS);
        return pc;
    }

    private static long signExtend(long word, long value) {
        long extended = Arithmetic.extend((int) (word >> 32), true, value);
        return (word & 1 << 16) != 0 ? extended : extended & LOW;
    }
}
