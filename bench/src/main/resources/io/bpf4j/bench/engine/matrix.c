/* Multiplies two matrices of 10 by 10 numbers of 64 bits. */
unsigned long kernel(unsigned char *memory)
{
    unsigned long *a = (unsigned long *)memory;
    unsigned long *b = (unsigned long *)(memory + 1024);
    unsigned long *c = (unsigned long *)(memory + 2048);
    unsigned long trace = 0;
    for (unsigned long i = 0; i < 10; i++)
        for (unsigned long j = 0; j < 10; j++) {
            unsigned long sum = 0;
            for (unsigned long k = 0; k < 10; k++)
                sum += a[i * 10 + k] * b[k * 10 + j];
            c[i * 10 + j] = sum;
            if (i == j)
                trace ^= sum;
        }
    return trace;
}
