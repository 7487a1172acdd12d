package io.bpf4j.loader;

import io.bpf4j.vm.program.LoadTraits;
import java.util.List;
import java.util.Map;

/**
 * How to run a unit.
 *
 * @param targets the processes that user probes are limited to; none = every process
 * @param files for a name in a probe point, such as {@code libssl}, the names or paths to look in instead of it
 * @param traits what the kernel is to be told about programs besides their type, by the program's name
 * @param follow in user mode, whether to attach again to a process that becomes another program (execve)
 */
public record SessionOptions(List<Target> targets, Map<String, List<String>> files,
        Map<String, LoadTraits> traits, boolean follow) {

    /** Every process, names as they are. */
    public static final SessionOptions EVERYTHING = new SessionOptions(List.of(), Map.of());

    /** Copies the collections. */
    public SessionOptions {
        targets = List.copyOf(targets);
        files = Map.copyOf(files);
        traits = Map.copyOf(traits);
    }

    /** Runs programs of which there is nothing more to tell than the unit does. */
    public SessionOptions(List<Target> targets, Map<String, List<String>> files) {
        this(targets, files, Map.of(), false);
    }

    /** Returns the same, with or without following processes that become another program. */
    public SessionOptions withFollow(boolean newFollow) {
        return new SessionOptions(targets, files, traits, newFollow);
    }

    /** Returns the same for programs that need more to be told. */
    public SessionOptions withTraits(Map<String, LoadTraits> newTraits) {
        return new SessionOptions(targets, files, newTraits, follow);
    }

    /** Limits user probes to running processes. */
    public static SessionOptions of(List<Integer> pids) {
        return new SessionOptions(pids.stream().map(Target::running).toList(), Map.of());
    }

    /** Returns where to look for what a probe point calls by a name. */
    public List<String> filesFor(String name) {
        return files.getOrDefault(name, List.of(name));
    }
}
