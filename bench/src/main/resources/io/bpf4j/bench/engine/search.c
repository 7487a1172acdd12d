/* Looks for 8 bytes at 256 places and counts partial matches; the text has few different letters. */
unsigned long kernel(unsigned char *memory)
{
    unsigned long found = 0;
    for (unsigned long i = 0; i < 256; i++) {
        unsigned long matched = 0;
        while (matched < 8 && (memory[i + matched] & 3) == (memory[3072 + matched] & 3))
            matched++;
        found += matched;
    }
    return found;
}
