package io.bpf4j.compiler.codegen;

import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.program.Program;
import java.util.stream.Collectors;

/** A program as text, one instruction a line, each with its slot. */
final class Listing {

    private Listing() {}

    static String of(Program program) {
        int[] slot = {0};
        return program.instructions().stream().map(insn -> {
            String line = "%3d %s%n".formatted(slot[0], text(insn));
            slot[0] += insn.slots();
            return line;
        }).collect(Collectors.joining());
    }

    private static String register(boolean wide, Object register) {
        return wide ? register.toString() : register.toString().replace('r', 'w');
    }

    private static String text(Insn insn) {
        return switch (insn) {
            case Insn.Alu alu -> register(alu.wide(), alu.dst()) + " " + alu.operation().spelling() + " "
                    + register(alu.wide(), alu.src());
            case Insn.LoadImmediate64 load -> load.dst() + " = " + load.kind() + " " + load.value();
            case Insn.Load load ->
                load.dst() + " = " + (load.signed() ? "signed " : "") + load.width().spelling() + " ["
                        + load.base() + " + " + load.offset() + "]";
            case Insn.Store store ->
                store.width().spelling() + " [" + store.base() + " + " + store.offset() + "] = "
                        + store.value();
            case Insn.Atomic atomic -> "atomic " + atomic.operation() + " " + atomic.width().spelling() + " ["
                    + atomic.base() + " + " + atomic.offset() + "] " + atomic.src();
            case Insn.Branch branch -> "if " + register(branch.wide(), branch.left()) + " "
                    + branch.condition().spelling() + " " + register(branch.wide(), branch.right())
                    + " goto +"
                    + branch.distance();
            case Insn.Jump jump -> "goto +" + jump.distance();
            case Insn.CallHelper call -> "call helper " + call.id();
            case Insn.CallFunction call -> "call +" + call.distance();
            case Insn.Exit exit -> "exit";
            default -> insn.toString();
        };
    }
}
