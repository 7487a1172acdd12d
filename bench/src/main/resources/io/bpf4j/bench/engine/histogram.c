/* Sorts 256 numbers of 64 bits into 64 buckets by their logarithm, and finds the fullest. */
static unsigned long log2_of(unsigned long value)
{
    unsigned long r = (value > 0xffffffff) << 5;
    unsigned long shift;
    value >>= r;
    shift = (value > 0xffff) << 4; value >>= shift; r |= shift;
    shift = (value > 0xff) << 3; value >>= shift; r |= shift;
    shift = (value > 0xf) << 2; value >>= shift; r |= shift;
    shift = (value > 0x3) << 1; value >>= shift; r |= shift;
    return r | value >> 1;
}

unsigned long kernel(unsigned char *memory)
{
    unsigned long *numbers = (unsigned long *)memory;
    unsigned int *buckets = (unsigned int *)(memory + 2048);
    unsigned long most = 0;
    for (unsigned long i = 0; i < 256; i++) {
        unsigned long value = numbers[i] >> (i & 63);
        buckets[log2_of(value) & 63] += 1;
    }
    for (unsigned long i = 0; i < 64; i++)
        if (buckets[i] > most)
            most = buckets[i];
    return most;
}
