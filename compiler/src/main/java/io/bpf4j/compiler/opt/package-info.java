/** Small passes over the three-address code, each a function from {@code IrFunction} to {@code IrFunction}. */
package io.bpf4j.compiler.opt;
