package io.bpf4j.vm.btf;

/** Bytes that are not valid BTF, or not the BTF that was asked for. */
public final class BtfException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Makes the exception. */
    public BtfException(String message) {
        super(message);
    }
}
