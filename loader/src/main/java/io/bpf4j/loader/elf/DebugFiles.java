package io.bpf4j.loader.elf;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds the file to which a distribution moved the symbols of another one, in the places where gdb looks (gdb manual,
 * "Separate Debug Files"). A file that is there but belongs to another build is passed over.
 */
public final class DebugFiles {

    private static final String GLOBAL_FOLDER = "/usr/lib/debug";
    private static final String BUILD_ID_FOLDER = GLOBAL_FOLDER + "/.build-id/";
    /** Hexadecimal digits of the build id that name the folder. */
    private static final int BUILD_ID_PREFIX = 2;

    private final FileLookup lookup;

    /** @param lookup the file system in which to look */
    public DebugFiles(FileLookup lookup) {
        this.lookup = lookup;
    }

    /** {@code /usr/lib/debug/.build-id/xx/yyyy.debug}, when it has the same build id; the caller closes it. */
    public Optional<ElfFile> byBuildId(ElfFile file) {
        Optional<String> id = file.buildId().filter(text -> text.length() > BUILD_ID_PREFIX);
        if (id.isEmpty()) {
            return Optional.empty();
        }
        String path = BUILD_ID_FOLDER + id.get().substring(0, BUILD_ID_PREFIX) + "/"
                + id.get().substring(BUILD_ID_PREFIX) + ".debug";
        return open(path, debug -> debug.buildId().equals(id));
    }

    /**
     * The file that {@code .gnu_debuglink} names, beside {@code file}, in {@code .debug} there, or under
     * {@code /usr/lib/debug}, when its CRC is right; the caller closes it.
     *
     * @param path absolute path of {@code file} within the file system of this lookup
     */
    public Optional<ElfFile> byDebugLink(ElfFile file, String path) {
        Optional<DebugLink> link = file.debugLink();
        if (link.isEmpty()) {
            return Optional.empty();
        }
        String folder = path.substring(0, path.lastIndexOf('/') + 1);
        String name = link.get().fileName();
        for (String candidate : List.of(folder + name, folder + ".debug/" + name,
                GLOBAL_FOLDER + folder + name)) {
            Optional<ElfFile> found = open(candidate, debug -> debug.crc32() == link.get().crc());
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<ElfFile> open(String path, Predicate<ElfFile> belongs) {
        return lookup.find(path).flatMap(found -> {
            ElfFile debug;
            try {
                debug = ElfFile.open(found);
            } catch (ElfException e) {
                return Optional.empty();
            }
            try {
                if (belongs.test(debug)) {
                    return Optional.of(debug);
                }
            } catch (ElfException e) {
                // A broken file in the place of the right one is as good as none.
            }
            debug.close();
            return Optional.empty();
        });
    }
}
