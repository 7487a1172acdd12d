/** The syntax tree: what the source says, as sealed records with places and without behaviour. Uses source. */
package io.bpf4j.compiler.ast;
