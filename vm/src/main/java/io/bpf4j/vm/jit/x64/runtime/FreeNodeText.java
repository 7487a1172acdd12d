package io.bpf4j.vm.jit.x64.runtime;

/** The stacks of free nodes, as text: see {@link io.bpf4j.vm.map.layout.NodeDescriptor}. */
final class FreeNodeText {

    /**
     * The routines {@code take} (R1: which stack to look at first; R0: the node's number plus one, or 0) and
     * {@code give} (R1: the node's number plus one, R2: its place, R3: the stack's number).
     */
    static final String TEXT = BpfText.resource("free-nodes");

    private FreeNodeText() {}
}
