package io.bpf4j.loader.sys;

import java.util.List;

/**
 * Many places of one file, attached at once (Linux 6.6).
 *
 * @param path
 *            the file, resolved in this process's mount namespace
 * @param offsets
 *            where in the file the instructions are
 * @param counterOffsets
 *            where in the file the USDT semaphores are, one for each offset; empty for none
 * @param cookies
 *            what bpf_get_attach_cookie() gives, one for each offset; empty for none
 * @param onReturn
 *            fire when the functions that begin there return
 * @param pid
 *            the process, or 0 for all
 * @param session
 *            the program is of the session kind and fires at entry and return
 */
public record UprobeMulti(String path, List<Long> offsets, List<Long> counterOffsets, List<Long> cookies,
        boolean onReturn, int pid, boolean session) {
    /** Copies the lists and checks that they fit together. */
    public UprobeMulti {
        offsets = List.copyOf(offsets);
        counterOffsets = List.copyOf(counterOffsets);
        cookies = List.copyOf(cookies);
        if (offsets.isEmpty()) {
            throw new IllegalArgumentException("a uprobe_multi link needs at least one offset");
        }
        requireSameSize("counter offsets", counterOffsets, offsets);
        requireSameSize("cookies", cookies, offsets);
    }

    /** Entry probes in all processes, without cookies. */
    public static UprobeMulti entries(String path, List<Long> offsets) {
        return new UprobeMulti(path, offsets, List.of(), List.of(), false, 0, false);
    }

    private static void requireSameSize(String what, List<Long> some, List<Long> offsets) {
        if (!some.isEmpty() && some.size() != offsets.size()) {
            throw new IllegalArgumentException(
                    "got " + some.size() + " " + what + " for " + offsets.size() + " offsets");
        }
    }
}
