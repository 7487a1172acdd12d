package io.bpf4j.vm.engine;

/** What happens when a program calls a helper. */
@FunctionalInterface
public interface HelperFunction {

    /**
     * Does what the helper does.
     *
     * @return R0
     * @throws Fault if an argument is not what the helper takes
     */
    long call(Execution execution, long r1, long r2, long r3, long r4, long r5);
}
