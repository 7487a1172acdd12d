package io.bpf4j.vm.patch;

import io.bpf4j.vm.x64.Nops;
import java.util.Arrays;

/**
 * What becomes of some instructions of a program when control is led around them: the code at the other end of the jump
 * is {@code before}, then whatever a probe wants, then {@code after}, which leads back.
 *
 * @param site the instruction before which the probe runs
 * @param window whole instructions that give way, and padding after them; what of it is not written over is dead
 * @param original the bytes of the window, as the file has them
 * @param before the window's instructions in front of the site
 * @param after the window's instructions from the site on, and a jump to the end of the window if they go on
 */
public record Detour(long site, Range window, byte[] original, Displaced before, Displaced after) {

    /** Checks the sizes. */
    public Detour {
        if (original.length != window.size()) {
            throw new IllegalArgumentException(original.length + " bytes for window " + window);
        }
    }

    /** Returns the window's bytes with others at their start, and nops behind them. */
    byte[] overwritten(byte[] with) {
        byte[] nops = Nops.of(original.length - with.length);
        byte[] all = Arrays.copyOf(with, original.length);
        System.arraycopy(nops, 0, all, with.length, nops.length);
        return all;
    }
}
