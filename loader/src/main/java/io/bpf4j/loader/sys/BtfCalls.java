package io.bpf4j.loader.sys;

/** The type-information commands of {@code bpf()}. Stateless. */
public final class BtfCalls {
    private final Kernel kernel;

    /** Calls on {@code kernel}. */
    public BtfCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * Loads BTF (BPF_BTF_LOAD).
     *
     * @param data
     *            header, types and strings
     * @throws RejectedException
     *             with the kernel's whole log
     */
    public Fd load(byte[] data) {
        try (var memory = new NativeMemory()) {
            var attribute = memory.allocate(BtfLoadDescriptor.LENGTH);
            attribute.bytes().putLong(BtfLoadDescriptor.BTF, memory.bytes(data).address())
                    .putInt(BtfLoadDescriptor.BTF_SIZE, data.length);
            var fields = new LogBuffer.Fields(BtfLoadDescriptor.BTF_LOG_LEVEL, BtfLoadDescriptor.BTF_LOG_SIZE,
                    BtfLoadDescriptor.BTF_LOG_BUF, BtfLoadDescriptor.BTF_LOG_TRUE_SIZE);
            return new LogBuffer(kernel, Command.BTF_LOAD, attribute, fields)
                    .load(0, () -> "loading " + data.length + " bytes of BTF").fd();
        }
    }
}
