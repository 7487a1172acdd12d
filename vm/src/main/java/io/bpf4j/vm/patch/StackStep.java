package io.bpf4j.vm.patch;

import io.bpf4j.vm.x64.DecodedInsn;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Prefix;
import io.bpf4j.vm.x64.RegisterEffects;

/** What one instruction does to pointers into the stack, and through them. */
final class StackStep {
    private static final int RSP = Gpr.RSP.number();
    private static final int RBP = Gpr.RBP.number();
    /** Registers that calls may change (System V ABI for x86-64, section 3.2.1): rax rcx rdx rsi rdi r8 to r11. */
    private static final int CALLER_SAVED = 0x0fc7;
    /** The largest unit by which displacements of one byte are multiplied in EVEX. */
    private static final int LARGEST_VECTOR = 64;

    private final RegisterEffects effects = new RegisterEffects();
    private DecodedInsn insn;
    private StackState state;
    private StackUse use;

    /** Changes a state as an instruction does, and returns what the instruction uses. */
    StackUse apply(DecodedInsn decoded, StackState before) {
        insn = decoded;
        state = before;
        use = StackUse.NOTHING;
        effects.of(insn);
        boolean isCode = insn.encoding() == DecodedInsn.Encoding.LEGACY && insn.map() == 0;
        boolean isNop = insn.encoding() == DecodedInsn.Encoding.LEGACY && insn.map() == 1
                && insn.opcode() == 0x1f;
        if (isNop) {
            return use;
        }
        boolean isAddress = isCode && insn.opcode() == 0x8d;
        if (insn.hasMemory() && !(isAddress && insn.registerField() == RSP)) {
            access();
        }
        if (!isCode || !primary(insn.opcode())) {
            forget(effects.isKnown() ? effects.touches() & ~(1 << RSP) : 0);
            if (effects.isKnown() && (effects.touches() & 1 << RSP) != 0) {
                state.set(RSP, StackState.ANYWHERE, false);
            }
        }
        return use;
    }

    private void use(long distance, boolean isExact) {
        use = use.and(StackUse.ofAccess(distance, isExact));
    }

    private void access() {
        if (isPointer()) {
            use(address(), isAddressExact());
        }
    }

    private boolean isPointer() {
        Gpr base = insn.base();
        Gpr index = insn.index();
        return !insn.has(Prefix.SEGMENT) && (base != null && state.isStack(base.number())
                || index != null && state.isStack(index.number()));
    }

    /** Returns how high the memory operand is at most; it must be a pointer. */
    private long address() {
        if (insn.index() != null || insn.base() == null || !state.isStack(insn.base().number())) {
            return StackState.ANYWHERE;
        }
        long most = state.highest(insn.base().number());
        return most == StackState.ANYWHERE ? most : most + displacement();
    }

    private long displacement() {
        boolean isCompressed = insn.encoding() == DecodedInsn.Encoding.EVEX && insn.displacementSize() == 1;
        return isCompressed && insn.displacement() > 0
                ? (long) insn.displacement() * LARGEST_VECTOR
                : insn.displacement();
    }

    private boolean isAddressExact() {
        return insn.index() == null && insn.base() != null && state.isExact(insn.base().number())
                && insn.encoding() != DecodedInsn.Encoding.EVEX;
    }

    private void forget(int registers) {
        for (int i = 0; i < 16; i++) {
            if ((registers & 1 << i) != 0) {
                state.set(i, StackState.NONE, false);
            }
        }
    }

    /** Returns whether the instruction has been dealt with. */
    private boolean primary(int opcode) {
        switch (opcode) {
            case 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57 -> {
                store(opcode & 7 | (insn.rex() & 1) << 3);
                push();
            }
            case 0x68, 0x6a, 0x9c -> push();
            case 0x58, 0x59, 0x5a, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f -> pop(opcode & 7 | (insn.rex() & 1) << 3);
            case 0x8f, 0x9d -> pop(-1);
            case 0x89, 0x8b -> move(opcode);
            case 0x8d -> loadAddress();
            case 0x81, 0x83 -> immediate();
            case 0x01, 0x03, 0x29, 0x2b -> arithmetic(opcode);
            case 0x09, 0x0b, 0x31, 0x33, 0x21, 0x23 -> logic(opcode);
            case 0x87 -> exchange();
            case 0xc9 -> leave();
            case 0xe8 -> call();
            case 0xff -> {
                return group();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private int slot() {
        return insn.has(Prefix.OPERAND_SIZE) ? Short.BYTES : Long.BYTES;
    }

    private void push() {
        state.add(RSP, -slot());
        // A push that writes above the function's frame writes what is the caller's.
        use(state.highest(RSP), state.isExact(RSP));
    }

    private void pop(int register) {
        use(state.highest(RSP), state.isExact(RSP));
        state.add(RSP, slot());
        if (register >= 0) {
            state.set(register, StackState.NONE, false);
        }
    }

    /** What lies above the frame may be reached by whoever finds a pointer to the return address or beyond. */
    private void store(int register) {
        if (register != RSP && state.isStack(register) && state.highest(register) >= 0) {
            use = use.and(StackUse.UNKNOWN);
        }
    }

    private void call() {
        for (int i = 0; i < 16; i++) {
            store(i);
        }
        forget(CALLER_SAVED);
    }

    private void leave() {
        state.copy(RSP, RBP);
        pop(RBP);
    }

    private boolean group() {
        int operation = insn.modrm() >> 3 & 7;
        switch (operation) {
            case 0, 1 -> {
                if (!insn.hasMemory()) {
                    state.add(insn.operandField(), operation == 0 ? 1 : -1);
                }
            }
            case 2 -> call();
            case 6 -> push();
            default -> {
                return operation == 4;
            }
        }
        return true;
    }

    private void move(int opcode) {
        int register = insn.registerField();
        if (insn.hasMemory()) {
            if (opcode == 0x8b) {
                state.set(register, StackState.NONE, false);
            } else {
                store(register);
            }
            return;
        }
        int to = opcode == 0x89 ? insn.operandField() : register;
        int from = opcode == 0x89 ? register : insn.operandField();
        if (isWide()) {
            state.copy(to, from);
        } else {
            state.set(to, StackState.NONE, false);
        }
    }

    private boolean isWide() {
        return (insn.rex() & 8) != 0;
    }

    private void loadAddress() {
        int to = insn.registerField();
        boolean pointer = isPointer() && isWide();
        state.set(to, pointer ? address() : StackState.NONE, pointer && isAddressExact());
    }

    private void immediate() {
        if (insn.hasMemory()) {
            return;
        }
        int to = insn.operandField();
        switch (insn.modrm() >> 3 & 7) {
            case 0 -> state.add(to, insn.immediate());
            case 5 -> state.add(to, -insn.immediate());
            // AND makes it smaller, by a multiple of the alignment.
            case 4 -> lose(to, state.highest(to));
            case 7 -> {
            }
            default -> lose(to, StackState.ANYWHERE);
        }
    }

    /** Notes that a register that points into the stack is now at most so high. */
    private void lose(int register, long most) {
        if (state.isStack(register)) {
            state.set(register, most, false);
        }
    }

    private void arithmetic(int opcode) {
        boolean toRegister = (opcode & 2) != 0;
        if (insn.hasMemory()) {
            if (toRegister) {
                lose(insn.registerField(), StackState.ANYWHERE);
            }
            return;
        }
        int to = toRegister ? insn.registerField() : insn.operandField();
        int from = toRegister ? insn.operandField() : insn.registerField();
        boolean subtracts = opcode >= 0x29;
        if (subtracts) {
            // What is subtracted from rsp is the size of something.
            lose(to, to == RSP ? state.highest(to) : StackState.ANYWHERE);
        } else if (state.isStack(to) || state.isStack(from)) {
            state.set(to, StackState.ANYWHERE, false);
        }
    }

    private void logic(int opcode) {
        boolean toRegister = (opcode & 2) != 0;
        if (insn.hasMemory()) {
            if (toRegister) {
                lose(insn.registerField(), StackState.ANYWHERE);
            }
            return;
        }
        int to = toRegister ? insn.registerField() : insn.operandField();
        int from = toRegister ? insn.operandField() : insn.registerField();
        boolean clears = opcode >= 0x31 && to == from;
        boolean masks = opcode >= 0x21 && opcode < 0x30;
        if (clears) {
            state.set(to, StackState.NONE, false);
        } else if (masks) {
            lose(to, state.highest(to));
        } else if (state.isStack(to) || state.isStack(from)) {
            state.set(to, StackState.ANYWHERE, false);
        }
    }

    private void exchange() {
        if (insn.hasMemory()) {
            state.set(insn.registerField(), StackState.NONE, false);
            return;
        }
        int first = insn.registerField();
        int second = insn.operandField();
        if (state.isStack(first) || state.isStack(second)) {
            state.set(first, StackState.ANYWHERE, false);
            state.set(second, StackState.ANYWHERE, false);
        }
    }
}
