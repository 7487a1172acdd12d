/** Names, types, built-in functions, probe points: from the syntax tree to the checked tree. Uses ast and typed. */
package io.bpf4j.compiler.check;
