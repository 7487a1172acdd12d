/** From the checked tree to three-address code: memory, maps, rings and helpers instead of places and methods. */
package io.bpf4j.compiler.lower;
