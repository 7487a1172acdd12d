package io.bpf4j.vm.object;

/** A file that is not an object of ours, or a unit that no object file can hold. */
public final class ObjectException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Makes the exception. */
    public ObjectException(String message) {
        super(message);
    }
}
