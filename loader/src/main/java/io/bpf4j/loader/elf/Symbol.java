package io.bpf4j.loader.elf;

/**
 * One symbol of a file.
 *
 * @param name           without any version, mangled as it is stored
 * @param version        its version, for example {@code GLIBC_2.14}, or empty
 * @param defaultVersion whether new programs are linked to this version of the name
 * @param address        virtual address before relocation; of the resolver for {@link SymbolType#INDIRECT_FUNCTION}
 * @param size           bytes, 0 when the file does not say
 * @param type           what it stands for
 * @param binding        how far it is seen
 * @param sectionIndex   {@code st_shndx}, 0 when the symbol is only used here and defined elsewhere
 */
public record Symbol(String name, String version, boolean defaultVersion, long address, long size,
        SymbolType type,
        SymbolBinding binding, int sectionIndex) {

    /** Whether this file itself defines the symbol. */
    public boolean isDefined() {
        return sectionIndex != 0;
    }

    /** The name with its version as the binutils write it: {@code name@@DEFAULT}, {@code name@OTHER}. */
    public String versionedName() {
        if (version.isEmpty()) {
            return name;
        }
        return name + (defaultVersion ? "@@" : "@") + version;
    }
}
