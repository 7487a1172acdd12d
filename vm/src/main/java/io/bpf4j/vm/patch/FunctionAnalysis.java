package io.bpf4j.vm.patch;

import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Transfer;
import io.bpf4j.vm.x64.X64Decoder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** What a function's instructions say about it. Answers that matter for safety never say no to what is so. */
public final class FunctionAnalysis {

    /**
     * A jump out of the function.
     *
     * @param target empty if only the running program knows it
     */
    public record TailCall(long address, OptionalLong target) {}

    private final CodeMap map;
    private final FunctionCode function;
    private final X64Decoder decoder = new X64Decoder();

    /** Prepares the analysis of a function of a module. */
    public FunctionAnalysis(CodeMap map, FunctionCode function) {
        this.map = map;
        this.function = function;
    }

    /**
     * Returns the jumps that leave the function, and all indirect ones: which of these are switches is not told.
     */
    public List<TailCall> tailCalls() {
        List<TailCall> found = new ArrayList<>();
        for (int i = 0; i < function.count(); i++) {
            function.decode(decoder, i);
            long address = function.address(i);
            boolean branches = decoder.transfer() == Transfer.JUMP
                    || decoder.transfer() == Transfer.CONDITIONAL_JUMP;
            if (branches && !function.range().contains(decoder.branchTarget(address))) {
                found.add(new TailCall(address, OptionalLong.of(decoder.branchTarget(address))));
            } else if (decoder.transfer() == Transfer.INDIRECT_JUMP) {
                found.add(new TailCall(address, OptionalLong.empty()));
            }
        }
        return List.copyOf(found);
    }

    /** Returns whether a branch of the function leads back to its first instruction. */
    public boolean isEntryRepeated() {
        long start = function.range().start();
        for (int i = 0; i < function.count(); i++) {
            function.decode(decoder, i);
            if (decoder.transfer().isRelative() && decoder.transfer() != Transfer.CALL
                    && decoder.branchTarget(function.address(i)) == start) {
                return true;
            }
        }
        return false;
    }

    /** Returns what the function does with its caller's part of the stack; takes about a microsecond an instruction. */
    public StackUse stackUse() {
        return new StackWalk(map, function).walk();
    }

    /** Returns whether the status flags may be read before they are written, from an instruction on. */
    public boolean areFlagsLive(long address) {
        return Liveness.flags(Liveness.at(function, address)) != 0;
    }

    /** Returns the registers that are certainly written before they are read, from an instruction on. */
    public Set<Gpr> deadRegisters(long address) {
        int live = Liveness.registers(Liveness.at(function, address));
        Set<Gpr> dead = EnumSet.noneOf(Gpr.class);
        for (Gpr register : Gpr.values()) {
            if ((live & 1 << register.number()) == 0) {
                dead.add(register);
            }
        }
        return dead;
    }

    /**
     * Returns the bytes of the function's start that only make its frame: ENDBR64, pushes, {@code mov rbp, rsp},
     * {@code sub rsp, n}, {@code and rsp, n}.
     */
    public int prologueLength() {
        int i = 0;
        while (i < function.count() && isPrologue(i)) {
            i++;
        }
        return (int) (function.address(i) - function.range().start());
    }

    private boolean isPrologue(int index) {
        function.decode(decoder, index);
        int opcode = decoder.opcode();
        if (decoder.map() == 1) {
            return opcode == 0x1e && decoder.modrm() == 0xfa;
        }
        boolean isPush = opcode >= 0x50 && opcode < 0x58;
        boolean isFramePointer = (opcode == 0x89 || opcode == 0x8b) && !decoder.hasMemory()
                && involves(Gpr.RBP) && involves(Gpr.RSP);
        boolean isRoom = (opcode == 0x81 || opcode == 0x83) && !decoder.hasMemory()
                && decoder.operandField() == Gpr.RSP.number();
        return decoder.map() == 0 && (isPush || isFramePointer || isRoom);
    }

    private boolean involves(Gpr register) {
        return decoder.registerField() == register.number() || decoder.operandField() == register.number();
    }
}
