package io.bpf4j.loader.inject;

import io.bpf4j.loader.sys.SignalFrameDescriptor;
import io.bpf4j.loader.sys.UserRegistersDescriptor;
import io.bpf4j.loader.sys.VectorStateDescriptor;
import io.bpf4j.vm.abi.PtRegs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * A signal frame that brings a borrowed thread back by itself: while the thread works for us, what it would run next is
 * rt_sigreturn(2) on this frame, so that it goes on as before even if the tracer dies at any moment.
 *
 * <p>A system call that we interrupted is made again from its beginning then. (A nanosleep would sleep the whole time
 * again: rt_sigreturn forgets what the kernel keeps for the restart, and EINTR would be worse.)
 */
final class ReturnFrame {
    private static final int FP_XSTATE = 1; // UC_FP_XSTATE
    private static final int RESTORE_STACK_SEGMENT = 6; // UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS
    /** No mode of sigaltstack(2), so that the kernel leaves the alternate stack as it is (do_sigaltstack: EINVAL). */
    private static final int NO_CHANGE = 0x7fff;
    private static final int VECTOR_ALIGNMENT = 64;
    private static final int END_MAGIC_SIZE = 4;
    private static final int SYSCALL_LENGTH = 2;

    /** XTILE_CFG and XTILE_DATA: larger than what the kernel takes by default, and not in use in a sane place. */
    private static final long TILES = 3L << 17;
    /** Where Intel's processors, which alone have tiles, have the last of the states before them end. */
    private static final int LENGTH_BEFORE_TILES = 2696;

    /** By the order of struct sigcontext, from {@link SignalFrameDescriptor#R8} on. */
    private static final PtRegs[] ORDER = {PtRegs.R8, PtRegs.R9, PtRegs.R10, PtRegs.R11, PtRegs.R12,
        PtRegs.R13,
        PtRegs.R14, PtRegs.R15, PtRegs.DI, PtRegs.SI, PtRegs.BP, PtRegs.BX, PtRegs.DX, PtRegs.AX, PtRegs.CX,
        PtRegs.SP, PtRegs.IP, PtRegs.FLAGS};

    private final Registers registers;
    private final long signalMask;
    private final byte[] vectorState;

    /**
     * @param registers as the kernel gave them
     * @param signalMask the thread's blocked signals
     * @param vectorState as ptrace gave it
     */
    ReturnFrame(Registers registers, long signalMask, byte[] vectorState) {
        this.registers = registers;
        this.signalMask = signalMask;
        this.vectorState = withoutTiles(vectorState);
    }

    private static byte[] withoutTiles(byte[] state) {
        if (state.length <= LENGTH_BEFORE_TILES
                || (buffer(state).getLong(VectorStateDescriptor.PTRACE_XCR0) & TILES) == 0) {
            return state;
        }
        return Arrays.copyOf(state, LENGTH_BEFORE_TILES);
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The most bytes that a frame takes, with what its alignment costs. */
    int size() {
        return SignalFrameDescriptor.LENGTH + 2 * VECTOR_ALIGNMENT + vectorState.length + END_MAGIC_SIZE;
    }

    /**
     * The bytes of the frame.
     *
     * @param address where it will be; the stack pointer has to be 8 more for rt_sigreturn
     * @param returnAddress what a function finds as its return address if its stack pointer is {@code address}
     */
    byte[] bytes(long address, long returnAddress) {
        long state = address + SignalFrameDescriptor.LENGTH + VECTOR_ALIGNMENT - 1 & -VECTOR_ALIGNMENT;
        ByteBuffer frame = ByteBuffer.allocate(size()).order(ByteOrder.LITTLE_ENDIAN);
        frame.putLong(SignalFrameDescriptor.PRETCODE, returnAddress);
        frame.putLong(SignalFrameDescriptor.UC_FLAGS,
                RESTORE_STACK_SEGMENT | (hasExtendedState() ? FP_XSTATE : 0));
        frame.putInt(SignalFrameDescriptor.SS_FLAGS, NO_CHANGE);
        Map<PtRegs, Long> goOn = goOn();
        for (int i = 0; i < ORDER.length; i++) {
            frame.putLong(SignalFrameDescriptor.R8 + i * Long.BYTES,
                    goOn.getOrDefault(ORDER[i], registers.get(ORDER[i])));
        }
        frame.putShort(SignalFrameDescriptor.CS, (short) registers.get(PtRegs.CS));
        frame.putShort(SignalFrameDescriptor.GS, (short) registers.segment(UserRegistersDescriptor.GS));
        frame.putShort(SignalFrameDescriptor.FS, (short) registers.segment(UserRegistersDescriptor.FS));
        frame.putShort(SignalFrameDescriptor.SS, (short) registers.get(PtRegs.SS));
        frame.putLong(SignalFrameDescriptor.SIGMASK, signalMask);
        if (vectorState.length >= VectorStateDescriptor.LEGACY_LENGTH) {
            frame.putLong(SignalFrameDescriptor.FPSTATE, state);
            frame.put((int) (state - address), signalVectorState());
        }
        return frame.array();
    }

    private boolean hasExtendedState() {
        return vectorState.length > VectorStateDescriptor.LEGACY_LENGTH;
    }

    private byte[] signalVectorState() {
        byte[] bytes = Arrays.copyOf(vectorState, vectorState.length + END_MAGIC_SIZE);
        if (hasExtendedState()) {
            ByteBuffer state = buffer(bytes);
            long features = state.getLong(VectorStateDescriptor.PTRACE_XCR0) & ~TILES;
            state.putInt(VectorStateDescriptor.MAGIC1, VectorStateDescriptor.START_MAGIC);
            state.putInt(VectorStateDescriptor.EXTENDED_SIZE, bytes.length);
            state.putLong(VectorStateDescriptor.XFEATURES, features);
            state.putInt(VectorStateDescriptor.XSTATE_SIZE, vectorState.length);
            state.putInt(vectorState.length, VectorStateDescriptor.END_MAGIC);
        }
        return bytes;
    }

    /** What the kernel would change before the thread runs on (arch/x86/kernel/signal.c, arch_do_signal_or_restart). */
    private Map<PtRegs, Long> goOn() {
        Map<PtRegs, Long> changes = new EnumMap<>(PtRegs.class);
        if (Restart.isPending(registers)) {
            changes.put(PtRegs.AX, registers.get(PtRegs.ORIG_AX));
            changes.put(PtRegs.IP, registers.instructionPointer() - SYSCALL_LENGTH);
        }
        return changes;
    }
}
