/**
 * Reads {@code /proc}: who a process is, what it has mapped, the files behind that in its own mount namespace, and the
 * libraries and executables that a name stands for. Uses {@code loader.elf} and nothing but the JDK.
 */
package io.bpf4j.loader.proc;
