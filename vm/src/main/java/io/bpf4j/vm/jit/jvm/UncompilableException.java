package io.bpf4j.vm.jit.jvm;

/** A function whose method HotSpot would not compile, only interpret; the message says why. */
final class UncompilableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UncompilableException(String message) {
        super(message, null, false, false);
    }
}
