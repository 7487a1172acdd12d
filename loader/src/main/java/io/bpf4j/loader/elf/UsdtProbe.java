package io.bpf4j.loader.elf;

/**
 * A static probe (USDT): a {@code nop} that the program's author left for tracers, described by a note
 * ({@code .note.stapsdt}; systemtap wiki, UserSpaceProbeImplementation). Addresses are virtual, before relocation, and
 * already corrected for a file that was moved after linking (prelink).
 *
 * @param provider            for example {@code libc}
 * @param name                for example {@code setjmp}
 * @param address             of the {@code nop}
 * @param fileOffset          of the {@code nop}, bytes; -1 when no loaded part of the file holds it
 * @param base                address of {@code .stapsdt.base} when the file was linked
 * @param semaphore           address of the 16-bit counter that must be above 0 for the probe to run, 0 without one
 * @param semaphoreFileOffset of the counter, bytes; 0 when there is none, -1 when no part of the file holds it
 * @param arguments           where the arguments are, in assembler's words: {@code -4@%edi 8@%rsi}
 */
public record UsdtProbe(String provider, String name, long address, long fileOffset, long base,
        long semaphore,
        long semaphoreFileOffset, String arguments) {

    /** Whether a counter must be raised for the probe to run. */
    public boolean hasSemaphore() {
        return semaphore != 0;
    }
}
