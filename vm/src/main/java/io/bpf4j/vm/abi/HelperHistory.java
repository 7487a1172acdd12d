package io.bpf4j.vm.abi;

import java.util.Map;
import java.util.TreeMap;

/** When helpers came: numbers are given in the order of merging, so that each release adds one range. */
final class HelperHistory {
    /** The last helper of each kernel release that added some (its include/uapi/linux/bpf.h). */
    private static final TreeMap<Integer, String> RELEASE_BY_LAST_ID = new TreeMap<>(Map.ofEntries(
            Map.entry(3, "3.19"), Map.entry(11, "4.1"), Map.entry(16, "4.2"), Map.entry(22, "4.3"),
            Map.entry(25, "4.4"), Map.entry(26, "4.5"), Map.entry(30, "4.6"), Map.entry(36, "4.8"),
            Map.entry(41, "4.9"), Map.entry(44, "4.10"), Map.entry(45, "4.11"), Map.entry(47, "4.12"),
            Map.entry(50, "4.13"), Map.entry(53, "4.14"), Map.entry(57, "4.15"), Map.entry(59, "4.16"),
            Map.entry(64, "4.17"), Map.entry(80, "4.18"), Map.entry(83, "4.19"), Map.entry(90, "4.20"),
            Map.entry(92, "5.0"), Map.entry(98, "5.1"), Map.entry(108, "5.2"), Map.entry(109, "5.3"),
            Map.entry(110, "5.4"), Map.entry(115, "5.5"), Map.entry(118, "5.6"), Map.entry(124, "5.7"),
            Map.entry(135, "5.8"), Map.entry(141, "5.9"), Map.entry(155, "5.10"), Map.entry(162, "5.11"),
            Map.entry(163, "5.12"), Map.entry(165, "5.13"), Map.entry(168, "5.14"), Map.entry(175, "5.15"),
            Map.entry(179, "5.16"), Map.entry(185, "5.17"), Map.entry(193, "5.18"), Map.entry(203, "5.19"),
            Map.entry(207, "6.0"), Map.entry(209, "6.1"), Map.entry(211, "6.2")));

    private HelperHistory() {}

    static String firstKernel(int id) {
        return RELEASE_BY_LAST_ID.ceilingEntry(id).getValue();
    }
}
