package io.bpf4j.vm.map;

import io.bpf4j.vm.memory.Region;
import io.bpf4j.vm.program.MapSpec;
import java.util.List;

/**
 * A map in the memory of a run.
 *
 * <p>The operations are those of programs: keys and values are given by address, which must lie in the memory, and
 * the results are the kernel's, a negative {@link io.bpf4j.vm.abi.ErrorNumber} for an error. All may be called by
 * any thread at any time. What a kind does not have gives {@code -EOPNOTSUPP}, as in the kernel.
 */
public interface BpfMap {

    /** Returns what the map was made from. */
    MapSpec spec();

    /** Returns the number by which programs name the map: the address of its descriptor. */
    long handle();

    /** Returns what programs may touch through the addresses that the map gives them. */
    List<Region> regions();

    /**
     * Finds a value.
     *
     * @param shard which of a per-CPU kind's values, from 0; without meaning for others
     * @param key the key's address
     * @return the value's address, or 0
     */
    long lookup(int shard, long key);

    /**
     * Sets a value.
     *
     * @param shard which of a per-CPU kind's values, from 0; without meaning for others
     * @param key the key's address
     * @param value the value's address
     * @param flags the kernel's BPF_ANY (0), BPF_NOEXIST (1), BPF_EXIST (2)
     * @return 0 or a negative error number
     */
    long update(int shard, long key, long value, long flags);

    /**
     * Removes a key.
     *
     * @param key the key's address
     * @return 0 or a negative error number
     */
    long delete(long key);

    /** Adds a value to a queue or stack; with the flag BPF_EXIST (2) the oldest gives way if it is full. */
    long push(long value, long flags);

    /** Takes the next value of a queue or stack. */
    long pop(long value);

    /** Copies the next value of a queue or stack. */
    long peek(long value);

    /**
     * Visits every entry, as {@code bpf_for_each_map_elem} does.
     *
     * @return how many were visited, or a negative error number
     */
    long forEach(int shard, Visitor visitor);

    /** Takes one entry. */
    @FunctionalInterface
    interface Visitor {
        /** Takes the addresses of a key and its value; returns false to end the visit. */
        boolean visit(long key, long value);
    }
}
