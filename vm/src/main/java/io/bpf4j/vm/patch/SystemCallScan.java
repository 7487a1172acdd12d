package io.bpf4j.vm.patch;

import io.bpf4j.vm.patch.Refusal.Reason;
import io.bpf4j.vm.patch.SystemCallSite.Kind;
import io.bpf4j.vm.x64.DecodedInsn;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.RegisterEffects;
import io.bpf4j.vm.x64.Transfer;
import io.bpf4j.vm.x64.X64Decoder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Finds every {@code syscall} instruction of a module. Not for use by two threads at once. */
public final class SystemCallScan {
    private static final int SYSCALL = 0x05;
    private static final int SIGNAL_RETURN = 15;
    private static final int RAX = 1 << Gpr.RAX.number();
    /** How many instructions may lie between the number and the call. */
    private static final int MEMORY = 64;
    /** How far around a doubtful call the code is looked at, in bytes. */
    private static final int NEIGHBOURHOOD = 256;

    private final CodeMap map;
    private final Block text;
    private final X64Decoder decoder = new X64Decoder();
    private final RegisterEffects effects = new RegisterEffects();
    /** The instructions before, as far as control goes through them to the next one, and only from one to the next. */
    private final long[] run = new long[MEMORY];
    private int runLength;
    /** The last address at which there was nothing that programs consist of. */
    private long strange = Long.MIN_VALUE;

    private SystemCallScan(CodeMap map) {
        this.map = map;
        this.text = map.module().text();
    }

    /** Returns the sites in ascending order. */
    public static List<SystemCallSite> of(CodeMap map) {
        return new SystemCallScan(map).scan();
    }

    private List<SystemCallSite> scan() {
        List<SystemCallSite> sites = new ArrayList<>();
        Range range = text.range();
        long limit = map.module().nextStart(range.start());
        for (long at = range.start(); at < range.end();) {
            if (at >= limit) {
                limit = map.module().nextStart(at);
                runLength = 0;
            }
            boolean isValid = decode(at);
            strange = isStrange() ? at : strange;
            if (map.isTarget(at)) {
                runLength = 0;
            }
            int length = Math.max(1, decoder.length());
            if (isValid && decoder.transfer() == Transfer.SYSTEM_CALL && decoder.opcode() == SYSCALL) {
                sites.add(site(at, length));
                runLength = 0;
            } else {
                follow(at, isValid);
            }
            at = Math.min(at + length, limit);
        }
        return List.copyOf(sites);
    }

    private boolean decode(long at) {
        return decoder.decode(text.bytes(), text.offsetOf(at), text.bytes().length);
    }

    private void follow(long at, boolean isValid) {
        boolean breaks = !isValid || switch (decoder.transfer()) {
            case NONE, CONDITIONAL_JUMP -> false;
            default -> true;
        };
        if (breaks) {
            runLength = 0;
        } else {
            run[runLength++ % MEMORY] = at;
        }
    }

    /** Returns the instruction that lies a number of instructions before; the first before is 1. */
    private long before(int distance) {
        return run[(runLength - distance) % MEMORY];
    }

    private SystemCallSite site(long at, int length) {
        OptionalInt number = number();
        if (number.isPresent() && number.getAsInt() == SIGNAL_RETURN) {
            return new SystemCallSite(at, Kind.SIGNAL_RETURN, number,
                    refusal(at, "unwinders look for the bytes of the return from a signal handler"));
        }
        if (number.isEmpty() && (strange > at - NEIGHBOURHOOD || hasStrange(at + length))) {
            return new SystemCallSite(at, Kind.DOUBTFUL, number,
                    refusal(at, "the system call at 0x%x is among what looks like data".formatted(at)));
        }
        int known = Math.min(runLength, MEMORY);
        List<Moved> moved = new ArrayList<>();
        for (int i = 1; i <= known; i++) {
            long from = before(i);
            decode(from);
            if (Mover.objection(decoder) != null) {
                break;
            }
            moved.add(0, Mover.move(decoder, text.bytes(), text.offsetOf(from), from));
            if (at - from >= PatchPlan.Jump.SIZE) {
                Kind kind = i == 1 && isNumber() ? Kind.NUMBER_BEFORE : Kind.BEFORE;
                Range window = new Range(from, at);
                byte[] original = Moved.copy(text.bytes(), text.offsetOf(from), (int) window.size());
                Detour detour = new Detour(at, window, original, new Displaced(moved),
                        new Displaced(List.of()).thenJumpTo(at));
                return new SystemCallSite(at, kind, number, new PatchPlan.Jump(detour));
            }
        }
        Kind kind = hasRoomAfter(at, length) ? Kind.ONLY_AFTER : Kind.NONE;
        return new SystemCallSite(at, kind, number, refusal(at, known == 0
                ? "the system call at 0x%x is entered by a branch, or comes right after a call".formatted(at)
                : "there are too few bytes in front of the system call at 0x%x".formatted(at)));
    }

    /** Returns whether the bytes are no instruction, or one of those that no program may execute. */
    private boolean isStrange() {
        if (!decoder.isValid() || decoder.isVendorDependent()) {
            return true;
        }
        return decoder.encoding() == DecodedInsn.Encoding.LEGACY && decoder.map() == 0
                && switch (decoder.opcode()) {
                    case 0x6c, 0x6d, 0x6e, 0x6f, 0xe4, 0xe5, 0xe6, 0xe7, 0xec, 0xed, 0xee, 0xef, 0xfa, 0xfb ->
                        true;
                    case 0xca, 0xcb, 0xcf, 0xf1, 0xd7 -> true;
                    default -> false;
                };
    }

    private boolean hasStrange(long from) {
        long end = Math.min(from + NEIGHBOURHOOD, map.module().nextStart(from));
        for (long at = from; at < end; at += decoder.length()) {
            decode(at);
            if (isStrange()) {
                return true;
            }
        }
        return false;
    }

    private static Refusal refusal(long at, String text) {
        return new Refusal(at, Reason.TOO_SHORT, text);
    }

    private boolean hasRoomAfter(long at, int length) {
        long next = at + length;
        while (next - at < PatchPlan.Jump.SIZE) {
            if (!text.has(next, 1) || map.isTarget(next) || !decode(next)
                    || Mover.objection(decoder) != null) {
                return false;
            }
            next += decoder.length();
            if (decoder.transfer() != Transfer.NONE && next - at < PatchPlan.Jump.SIZE) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether the instruction is MOV EAX, imm32. */
    private boolean isNumber() {
        return decoder.map() == 0 && decoder.opcode() == 0xb8 && (decoder.rex() & 1) == 0
                && decoder.immediateSize() == Integer.BYTES;
    }

    private OptionalInt number() {
        int known = Math.min(runLength, MEMORY);
        for (int i = 1; i <= known; i++) {
            decode(before(i));
            effects.of(decoder);
            if ((effects.touches() & RAX) != 0) {
                return constant();
            }
        }
        return OptionalInt.empty();
    }

    /** Returns what the instruction puts into eax: MOV EAX, imm32; MOV RAX, imm32; XOR EAX, EAX. */
    private OptionalInt constant() {
        boolean isMove = isNumber()
                || decoder.map() == 0 && decoder.opcode() == 0xc7 && decoder.modrm() == 0xc0
                        && decoder.immediateSize() == Integer.BYTES;
        boolean isZero = decoder.map() == 0 && (decoder.opcode() == 0x31 || decoder.opcode() == 0x33)
                && decoder.modrm() == 0xc0 && (decoder.rex() & 5) == 0;
        return isMove
                ? OptionalInt.of((int) decoder.immediate())
                : isZero ? OptionalInt.of(0) : OptionalInt.empty();
    }
}
