package io.bpf4j.loader.feature;

/** Why a feature cannot be there. */
final class MissingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MissingException(String message) {
        super(message);
    }
}
