package io.bpf4j.vm.type;

/** A text that is no value of a type; the message is one clear sentence for whoever wrote the text. */
public final class ValueFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Makes the exception. */
    public ValueFormatException(String message) {
        super(message);
    }
}
