package io.bpf4j.vm.object.foreign;

import io.bpf4j.vm.btf.Btf;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * What an object wants to know of the kernel that it is for.
 *
 * @param types the kernel's types; without them whatever an object asks of them is missing
 * @param cpus the number of possible CPUs, for maps that are to have an entry for each
 * @param kernelVersion as LINUX_VERSION_CODE: major &lt;&lt; 16 | minor &lt;&lt; 8 | patch
 * @param settings the value of a kernel setting by name, such as {@code y}, {@code 250} or {@code "text"} for
 *        {@code CONFIG_HZ}; empty if it is not known
 * @param symbols the address of a kernel symbol; empty if it is not known
 */
public record Surroundings(Optional<Btf> types, int cpus, int kernelVersion,
        Function<String, Optional<String>> settings, Function<String, OptionalLong> symbols) {

    /** Returns a kernel of which only the types and the CPUs are known. */
    public static Surroundings of(Optional<Btf> types, int cpus) {
        return new Surroundings(types, cpus, 0, name -> Optional.empty(), name -> OptionalLong.empty());
    }
}
