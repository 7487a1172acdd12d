package io.bpf4j.tools.sslsniff;

import java.util.Locale;

/** A family of TLS libraries. */
enum Library {
    OPENSSL("OpenSSL", "libssl"),
    GNUTLS("GnuTLS", "libgnutls"),
    NSS("NSS", "libnspr4");

    private final String title;
    private final String file;

    Library(String title, String file) {
        this.title = title;
        this.file = file;
    }

    /** Returns the name for people. */
    String title() {
        return title;
    }

    /** Returns what the probe points call it, which is also the library's short name. */
    String file() {
        return file;
    }

    /** Returns the name on the command line. */
    String option() {
        return name().toLowerCase(Locale.ROOT);
    }
}
