package io.bpf4j.tools.sslsniff;

/** What a call does; the constants are those of the probe's enum of the same name. */
enum Direction {
    READ("READ/RECV"),
    WRITE("WRITE/SEND"),
    HANDSHAKE("HANDSHAKE");

    private final String label;

    Direction(String label) {
        this.label = label;
    }

    /** Returns what bcc's sslsniff calls it. */
    String label() {
        return label;
    }
}
