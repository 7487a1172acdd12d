/** Three-address code to bytecode: instruction choice, registers, frame, layout and line table. */
package io.bpf4j.compiler.codegen;
