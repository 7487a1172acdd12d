package io.bpf4j.compiler.codegen;

/** A second operand: a register's number or a constant that fits an instruction. */
sealed interface Source {

    /** A register. */
    record InRegister(int register) implements Source {}

    /** A constant, sign-extended where 64 bits are used. */
    record Immediate(int value) implements Source {}
}
