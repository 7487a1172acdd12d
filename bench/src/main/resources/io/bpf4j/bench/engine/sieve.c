/* The number of primes below 2,048, with a byte for each number. */
unsigned long kernel(unsigned char *memory)
{
    unsigned long primes = 0;
    for (unsigned long i = 0; i < 2048; i++)
        memory[i] = 1;
    for (unsigned long i = 2; i < 2048; i++) {
        if (memory[i] == 0)
            continue;
        primes++;
        for (unsigned long j = i + i; j < 2048; j += i)
            memory[j] = 0;
    }
    return primes;
}
