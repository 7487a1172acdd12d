/* Nothing: what it costs to run a program at all. */
unsigned long kernel(unsigned char *memory)
{
    return memory[0];
}
