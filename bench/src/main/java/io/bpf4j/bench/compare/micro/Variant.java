package io.bpf4j.bench.compare.micro;

import io.bpf4j.tools.common.ExecutionMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A function of the victim and what is done to it.
 *
 * @param function its name
 * @param start how it begins
 * @param probe what is attached; nothing for references
 */
record Variant(String function, Start start, Optional<Probed> probe) {

    /** What every ratio is relative to. */
    static final Variant DETOUR = new Variant("detour", Start.PUSH, Optional.empty());
    /** The bare call. */
    static final Variant BARE = new Variant("bare", Start.PUSH, Optional.empty());
    /** The same once more: what two measurements of one thing differ by. */
    static final Variant BARE_AGAIN = new Variant("bare_again", Start.PUSH, Optional.empty());
    /** Reads the time stamp. */
    static final Variant STAMP = new Variant("rdtsc", Start.STAMP, Optional.empty());

    /** What runs at each call, and where. */
    record Probed(ExecutionMode mode, Work work) {}

    /** Returns all for some modes: the references first. */
    static List<Variant> all(List<ExecutionMode> modes) {
        List<Variant> all = new ArrayList<>(List.of(BARE, BARE_AGAIN, DETOUR, STAMP));
        if (modes.contains(ExecutionMode.USER)) {
            for (Work work : Work.values()) {
                all.add(probed(ExecutionMode.USER, work, Start.PUSH));
            }
        }
        if (modes.contains(ExecutionMode.KERNEL)) {
            for (Work work : Work.values()) {
                all.add(probed(ExecutionMode.KERNEL, work, Start.PUSH));
            }
            for (Work work : List.of(Work.EMPTY, Work.RETURN, Work.BOTH)) {
                all.add(probed(ExecutionMode.KERNEL, work, Start.LEA));
                all.add(probed(ExecutionMode.KERNEL, work, Start.NOP));
            }
        }
        return all;
    }

    private static Variant probed(ExecutionMode mode, Work work, Start start) {
        String name = (mode + "_" + work + "_" + start).toLowerCase(Locale.ROOT);
        return new Variant(name, start, Optional.of(new Probed(mode, work)));
    }

    /** Returns whether it is probed in a mode. */
    boolean isIn(ExecutionMode mode) {
        return probe.filter(probed -> probed.mode() == mode).isPresent();
    }

    /** Returns whether each call is an event. */
    boolean isEvent() {
        return probe.filter(probed -> probed.work().isEvent()).isPresent();
    }

    /** Returns whether calls are counted in a map. */
    boolean isCount() {
        return probe.filter(probed -> probed.work() == Work.HASH).isPresent();
    }

    /** Returns what readers see. */
    String label() {
        if (probe.isPresent()) {
            String site = probe.get().mode() == ExecutionMode.KERNEL ? ", on " + start.label() : "";
            return probe.get().work().label() + site;
        }
        return switch (function) {
            case "bare" -> "no probe";
            case "bare_again" -> "no probe, once more";
            case "detour" -> "detour by hand, 15 registers saved";
            default -> "no probe, reads the time stamp";
        };
    }

    /** Returns {@code none}, {@code user} or {@code kernel}. */
    String mode() {
        return probe.map(probed -> probed.mode().toString()).orElse("none");
    }

    /** Returns how many calls to time together. */
    int calls() {
        if (isEvent()) {
            return 100;
        }
        return isIn(ExecutionMode.KERNEL) ? 50 : 2000;
    }

    /** Returns how many times to measure in one round, so that no event needs to be lost. */
    int batches(int threads) {
        int wanted = isIn(ExecutionMode.KERNEL) ? 40 : 60;
        if (!isEvent()) {
            return wanted;
        }
        return Math.clamp(probe.get().work().capacity() * 3L / 4 / threads / calls(), 1, wanted);
    }
}
