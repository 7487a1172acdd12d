package io.bpf4j.loader.elf;

/**
 * One section header. Sizes, offsets and addresses are unsigned 64-bit numbers in bytes, as stored and unchecked.
 *
 * @param name      from the section name table, cut after 255 bytes
 * @param type      {@code sh_type}, for example {@link #SYMBOLS}
 * @param flags     {@code sh_flags}
 * @param address   virtual address before relocation, 0 when not loaded
 * @param offset    where the bytes lie in the file
 * @param size      number of bytes
 * @param link      index of a related section, by type
 * @param info      more, by type
 * @param alignment {@code sh_addralign}
 * @param entrySize size of one entry, 0 when the section is no table
 */
public record Section(String name, int type, long flags, long address, long offset, long size, int link,
        int info,
        long alignment, long entrySize) {

    /** SHT_SYMTAB: the full symbol table, which {@code strip} removes. */
    public static final int SYMBOLS = 2;
    /** SHT_NOTE. */
    public static final int NOTE = 7;
    /** SHT_NOBITS: takes no room in the file. */
    public static final int NO_BITS = 8;
    /** SHT_DYNSYM: the symbols that the dynamic linker needs. */
    public static final int DYNAMIC_SYMBOLS = 11;
    /** SHT_GNU_HASH: hash table over the defined dynamic symbols. */
    public static final int GNU_HASH = 0x6ffffff6;
    /** SHT_GNU_verdef: versions that the file defines. */
    public static final int VERSION_DEFINITIONS = 0x6ffffffd;
    /** SHT_GNU_verneed: versions that the file needs. */
    public static final int VERSION_NEEDS = 0x6ffffffe;
    /** SHT_GNU_versym: the version index of each dynamic symbol. */
    public static final int VERSION_INDEXES = 0x6fffffff;

    /** Whether the section has bytes in the file. */
    public boolean hasBytes() {
        return type != NO_BITS && size != 0;
    }
}
