/* FNV-1a over 1,024 bytes. */
unsigned long kernel(unsigned char *memory)
{
    unsigned long hash = 0xcbf29ce484222325;
    for (unsigned long i = 0; i < 1024; i++) {
        hash ^= memory[i];
        hash *= 0x100000001b3;
    }
    return hash;
}
