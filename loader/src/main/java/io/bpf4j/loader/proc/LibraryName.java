package io.bpf4j.loader.proc;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a user calls a library, and which file names that may mean: {@code ssl}, {@code libssl} and {@code libssl.so}
 * are {@code libssl.so}, {@code libssl.so.3} and {@code libssl-1.1.so}, whereas {@code libssl.so.3} is itself and
 * {@code libssl.so.3.0.1} only.
 */
final class LibraryName {

    private static final String PREFIX = "lib";
    private static final String SUFFIX = ".so";
    /** musl's C library and dynamic linker are one file, which is mapped under the linker's name. */
    private static final Pattern MUSL = Pattern.compile("(ld-musl-|libc\\.musl-)[^/]*\\.so(\\.[0-9]+)?");
    private static final Pattern VERSION = Pattern.compile("(?:-|\\.so\\.)([0-9][0-9.]*)");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    /** How every such file name begins; to look at it is faster than at the pattern. */
    private final String beginning;
    private final Pattern files;
    private final boolean standardLibrary;

    private LibraryName(String beginning, String rest, boolean standardLibrary) {
        this.beginning = beginning;
        this.files = Pattern.compile(Pattern.quote(beginning) + rest);
        this.standardLibrary = standardLibrary;
    }

    static LibraryName of(String name) {
        int so = name.indexOf(SUFFIX);
        if (so > 0 && name.length() > so + SUFFIX.length()) {
            return new LibraryName(name, "(\\.[0-9A-Za-z.]+)?", false);
        }
        String stem = so > 0 ? name.substring(0, so) : name;
        // A library may really be called "liblib...": then the user writes it whole.
        String bare = stem.startsWith(PREFIX) ? stem.substring(PREFIX.length()) : stem;
        return new LibraryName(PREFIX + bare, "(-[0-9][0-9.]*)?\\.so(\\.[0-9][0-9A-Za-z.]*)?",
                bare.equals("c"));
    }

    boolean matches(String fileName) {
        return fileName.startsWith(beginning) && files.matcher(fileName).matches()
                || standardLibrary && MUSL.matcher(fileName).matches();
    }

    /** Whether a file name may be that of any library. */
    static boolean isPossible(String fileName) {
        return fileName.contains(SUFFIX);
    }

    /** Orders file names by version, newest first: {@code libssl.so.3}, {@code libssl.so.1.1}, {@code libssl.so}. */
    static Comparator<String> newestFirst() {
        return (left, right) -> compare(version(right), version(left));
    }

    private static int compare(List<BigInteger> left, List<BigInteger> right) {
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            int order = left.get(i).compareTo(right.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    private static List<BigInteger> version(String fileName) {
        var parts = new ArrayList<BigInteger>();
        var version = VERSION.matcher(fileName);
        if (version.find()) {
            NUMBER.matcher(version.group(1)).results()
                    .forEach(number -> parts.add(new BigInteger(number.group())));
        }
        return parts;
    }
}
