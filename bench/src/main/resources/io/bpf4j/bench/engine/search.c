/* Looks for 8 bytes at 1,024 places and counts matches of parts. */
unsigned long kernel(unsigned char *memory)
{
    unsigned long found = 0;
    for (unsigned long i = 0; i < 1024; i++) {
        unsigned long matched = 0;
        while (matched < 8 && memory[i + matched] == memory[3072 + matched])
            matched++;
        found += matched;
    }
    return found;
}
