package io.bpf4j.tools.sslsniff;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of bcc's sslsniff, and ours beside them. A picocli mixin. */
final class SniffOptions {

    /** The most bytes of a call that {@code --max-buffer-size} allows. */
    static final int LARGEST_BUFFER = 32 * 1024;

    /** The most bytes of a call with {@code --whole}: what the probe sends in 64 pieces. */
    static final int WHOLE = 1 << 20;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = {"-u", "--uid"}, paramLabel = "UID", description = "only calls of this user")
    private Long uid;

    @Option(names = {"-x", "--extra"}, description = "show UID and TID")
    private boolean extra;

    @Option(names = {"-c", "--comm"}, paramLabel = "COMMAND",
            description = "only threads of exactly this name")
    private String comm;

    @Option(names = {"-o", "--no-openssl"}, description = "leave OpenSSL out")
    private boolean noOpenssl;

    @Option(names = {"-g", "--no-gnutls"}, description = "leave GnuTLS out")
    private boolean noGnutls;

    @Option(names = {"-n", "--no-nss"}, description = "leave NSS out")
    private boolean noNss;

    @Option(names = "-d", description = "show the probe's source first")
    private boolean showSource;

    @Option(names = "--ebpf", hidden = true, description = "show the probe's source and end")
    private boolean sourceOnly;

    @Option(names = "--hexdump", description = "show data as hexadecimal digits")
    private boolean hexdump;

    @Option(names = "--max-buffer-size", paramLabel = "BYTES", defaultValue = "8192",
            description = "how much of a call's data to show, up to 32768 (default: ${DEFAULT-VALUE})")
    private int maximumBytes;

    @Option(names = "--whole", description = "show all data of each call, up to 1 MiB")
    private boolean whole;

    @Option(names = {"-l", "--latency"}, description = "show how long each call took")
    private boolean latency;

    @Option(names = "--handshake", description = "show TLS handshakes too, with their latency")
    private boolean handshake;

    @Option(names = "--extra-lib", paramLabel = "TYPE:PATH", converter = ExtraLibrary.Converter.class,
            description = "look for openssl, gnutls or nss in this file too; may be given several times")
    private List<ExtraLibrary> extraLibraries = new ArrayList<>();

    /** Insists on values that make sense together. */
    void check() {
        if (maximumBytes < 0 || maximumBytes > LARGEST_BUFFER) {
            throw new ParameterException(spec.commandLine(), "--max-buffer-size is 0 to " + LARGEST_BUFFER
                    + ", not " + maximumBytes + "; --whole shows up to 1 MiB of each call");
        }
        if (uid != null && (uid < 0 || uid >= 0xffff_ffffL)) {
            throw new ParameterException(spec.commandLine(), "there is no user " + uid);
        }
        if (families().isEmpty()) {
            throw new ParameterException(spec.commandLine(),
                    "with -o, -g and -n there is nothing left to trace");
        }
    }

    /** Returns the one user to watch. */
    Optional<Long> uid() {
        return Optional.ofNullable(uid);
    }

    /** Returns the one thread name to show. */
    Optional<String> comm() {
        return Optional.ofNullable(comm);
    }

    /** Returns whether to show user and thread. */
    boolean extra() {
        return extra;
    }

    /** Returns whether to show the source before tracing. */
    boolean showSource() {
        return showSource;
    }

    /** Returns whether to show the source instead of tracing. */
    boolean sourceOnly() {
        return sourceOnly;
    }

    /** Returns whether data is shown as digits. */
    boolean hexdump() {
        return hexdump;
    }

    /** Returns the most bytes of a call that are captured. */
    int maximumBytes() {
        return whole ? WHOLE : maximumBytes;
    }

    /** Returns whether to show how long calls took; handshakes are shown for that. */
    boolean latency() {
        return latency || handshake;
    }

    /** Returns whether to show handshakes. */
    boolean handshake() {
        return handshake;
    }

    /** Returns the libraries to find by their own names. */
    Set<Library> named() {
        Set<Library> wanted = EnumSet.allOf(Library.class);
        remove(wanted, Library.OPENSSL, noOpenssl);
        remove(wanted, Library.GNUTLS, noGnutls);
        remove(wanted, Library.NSS, noNss);
        return wanted;
    }

    private static void remove(Set<Library> wanted, Library library, boolean unwanted) {
        if (unwanted) {
            wanted.remove(library);
        }
    }

    /** Returns every library that there are probes for. */
    Set<Library> families() {
        Set<Library> all = EnumSet.noneOf(Library.class);
        all.addAll(named());
        extraLibraries.forEach(extraLibrary -> all.add(extraLibrary.library()));
        return all;
    }

    /** Returns the files that were named. */
    List<ExtraLibrary> extraLibraries() {
        return List.copyOf(extraLibraries);
    }
}
