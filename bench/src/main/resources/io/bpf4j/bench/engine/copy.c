/* Copies 2,048 bytes by words, reversing their order, and sums them. */
unsigned long kernel(unsigned char *memory)
{
    unsigned long *from = (unsigned long *)memory;
    unsigned long *to = (unsigned long *)(memory + 2048);
    unsigned long sum = 0;
    for (unsigned long i = 0; i < 256; i++) {
        unsigned long word = from[i];
        to[255 - i] = word;
        sum += word;
    }
    return sum;
}
