/* Looks for 8 bytes in 2,048 and counts partial matches; the text has few different letters. */
unsigned long kernel(unsigned char *memory)
{
    unsigned long found = 0;
    for (unsigned long i = 0; i < 2048; i++) {
        unsigned long matched = 0;
        while (matched < 8 && (memory[i + matched] & 3) == (memory[3072 + matched] & 3))
            matched++;
        found += matched;
    }
    return found;
}
