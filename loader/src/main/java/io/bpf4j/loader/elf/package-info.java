/**
 * Reads ELF files of other people: headers, symbols, notes, separate debug files, addresses and file offsets. Every
 * byte is taken as hostile. Uses nothing but the JDK.
 */
package io.bpf4j.loader.elf;
