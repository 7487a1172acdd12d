/* Encodes 384 bytes. */
static unsigned char digit(unsigned int value)
{
    if (value < 26)
        return 'A' + value;
    if (value < 52)
        return 'a' + value - 26;
    if (value < 62)
        return '0' + value - 52;
    return value == 62 ? '+' : '/';
}

unsigned long kernel(unsigned char *memory)
{
    unsigned char *out = memory + 1024;
    unsigned long sum = 0;
    for (unsigned long i = 0; i < 128; i++) {
        unsigned char *in = memory + i * 3;
        unsigned int bits = in[0] << 16 | in[1] << 8 | in[2];
        out[i * 4] = digit(bits >> 18);
        out[i * 4 + 1] = digit(bits >> 12 & 63);
        out[i * 4 + 2] = digit(bits >> 6 & 63);
        out[i * 4 + 3] = digit(bits & 63);
        sum += out[i * 4 + 3];
    }
    return sum;
}
