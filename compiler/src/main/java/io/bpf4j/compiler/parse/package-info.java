/** From text to the syntax tree; the only room that knows ANTLR. Uses ast and source. */
package io.bpf4j.compiler.parse;
