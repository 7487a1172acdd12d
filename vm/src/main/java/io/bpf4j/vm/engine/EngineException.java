package io.bpf4j.vm.engine;

/** A program that an engine cannot make ready; the message says which and what is missing. */
public final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Makes the exception. */
    public EngineException(String message) {
        super(message);
    }
}
