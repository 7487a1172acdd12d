/* The sum of digits of 64 numbers, and a modulus of each by the next. */
unsigned long kernel(unsigned char *memory)
{
    unsigned long *numbers = (unsigned long *)memory;
    unsigned long sum = 0;
    for (unsigned long i = 0; i < 64; i++) {
        unsigned long value = numbers[i] >> 16;
        sum += value % (numbers[i + 1] | 1);
        for (int digit = 0; digit < 8; digit++) {
            sum += value % 10;
            value /= 10;
        }
    }
    return sum;
}
