package io.bpf4j.vm.explain;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;

/** Instructions as they are shown in explanations. */
final class Words {

    private Words() {}

    static String of(Insn insn) {
        return switch (insn) {
            case Branch branch ->
                name(branch.left(), branch.wide()) + " " + branch.condition().spelling() + " "
                        + operand(branch.right(), branch.wide());
            case Alu alu -> name(alu.dst(), alu.wide()) + " " + alu.operation().spelling() + " "
                    + operand(alu.src(), alu.wide());
            case Load load ->
                load.dst() + " is loaded from " + load.base() + (load.offset() < 0 ? " - " : " + ")
                        + Math.abs(load.offset());
            case CallHelper call ->
                "call of " + Helper.byId(call.id()).map(helper -> "bpf_" + helper.helperName())
                        .orElse("helper " + call.id());
            case Insn.CallFunction call -> "call of a function";
            case Insn.LoadImmediate64 load -> load.dst() + " = " + load.value();
            case Insn.MoveSignExtended move ->
                move.dst() + " = " + move.src() + ", sign-extended from " + move.bits()
                        + " bits";
            case Insn.Negate negate -> negate.dst() + " = -" + negate.dst();
            default -> "instruction " + insn.getClass().getSimpleName();
        };
    }

    private static String name(Register register, boolean wide) {
        return wide ? register.toString() : "w" + register.number();
    }

    private static String operand(Operand operand, boolean wide) {
        return operand instanceof Register register ? name(register, wide) : operand.toString();
    }
}
