package io.bpf4j.loader.site;

import java.nio.file.Path;

/**
 * An instruction in a file.
 *
 * @param file a path by which we, and the kernel for us, can open the file
 * @param path the file's path as its user knows it
 * @param symbol the function, or empty
 * @param symbolOffset bytes from the start of the function
 * @param fileOffset bytes from the start of the file
 * @param semaphoreOffset where in the file a marker's counter is; 0 for none
 */
public record Site(Path file, String path, String symbol, long symbolOffset, long fileOffset,
        long semaphoreOffset) {

    @Override
    public String toString() {
        if (symbol.isEmpty()) {
            return path + ":0x" + Long.toHexString(fileOffset);
        }
        return path + ":" + symbol + (symbolOffset == 0 ? "" : "+" + symbolOffset);
    }
}
