package io.bpf4j.loader.symbol;

/**
 * A place on a stack.
 *
 * @param address as the processor saw it
 * @param function the function's name, or empty if it is not known
 * @param offset bytes from the start of the function; from the start of the file if there is no name
 * @param file the file's path, {@code [kernel]}, or empty
 */
public record Frame(long address, String function, long offset, String file) {

    /** A place about which nothing is known. */
    static Frame unknown(long address) {
        return new Frame(address, "", 0, "");
    }

    @Override
    public String toString() {
        String shortFile = file.substring(file.lastIndexOf('/') + 1);
        if (!function.isEmpty()) {
            return function + "+0x" + Long.toHexString(offset)
                    + (shortFile.isEmpty() ? "" : " (" + shortFile + ")");
        }
        if (!file.isEmpty()) {
            return "[" + shortFile + "+0x" + Long.toHexString(offset) + "]";
        }
        return "0x" + Long.toHexString(address);
    }
}
