/* Bubbles 48 numbers of 32 bits into order, after scrambling them. */
unsigned long kernel(unsigned char *memory)
{
    unsigned int *numbers = (unsigned int *)memory;
    unsigned int state = 12345;
    for (unsigned long i = 0; i < 48; i++) {
        state = state * 1103515245 + 12345;
        numbers[i] ^= state;
    }
    for (unsigned long end = 47; end > 0; end--)
        for (unsigned long i = 0; i < end; i++) {
            unsigned int left = numbers[i & 63];
            unsigned int right = numbers[(i & 63) + 1];
            if (left > right) {
                numbers[i & 63] = right;
                numbers[(i & 63) + 1] = left;
            }
        }
    return numbers[0] ^ numbers[47];
}
