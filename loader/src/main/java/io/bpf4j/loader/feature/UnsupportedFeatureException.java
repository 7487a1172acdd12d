package io.bpf4j.loader.feature;

/** Something was asked for that this kernel, or this user, cannot have. The message is fit for users. */
public final class UnsupportedFeatureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Feature feature;

    UnsupportedFeatureException(Feature feature, Support support) {
        super("no " + feature.title() + ": " + support.explanation());
        this.feature = feature;
    }

    /** What is missing. */
    public Feature feature() {
        return feature;
    }
}
