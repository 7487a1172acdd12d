/** The checked tree: every expression has a type, every name is the thing it names. */
package io.bpf4j.compiler.typed;
