/* CRC-32, bit by bit, over 192 bytes. */
unsigned long kernel(unsigned char *memory)
{
    unsigned int crc = 0xffffffff;
    for (unsigned long i = 0; i < 192; i++) {
        crc ^= memory[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320 & -(crc & 1));
    }
    return ~crc;
}
