/* Parses 32 packets of 96 bytes: Ethernet, IPv4 with options, TCP or UDP; sums ports and checks the checksum. */
static unsigned int big16(unsigned char *at)
{
    return at[0] << 8 | at[1];
}

unsigned long kernel(unsigned char *memory)
{
    unsigned long result = 0;
    for (unsigned long i = 0; i < 32; i++) {
        unsigned char *packet = memory + i * 96;
        if (big16(packet + 12) == 0xffff)
            continue;
        unsigned char *ip = packet + 14;
        unsigned long header = (ip[0] & 0x7) << 2;
        unsigned int sum = 0;
        for (unsigned long k = 0; k < 20; k += 2)
            sum += big16(ip + k);
        sum = (sum & 0xffff) + (sum >> 16);
        result += sum;
        unsigned char *transport = ip + header;
        if (ip[9] & 1)
            result += big16(transport) ^ big16(transport + 2);
        else
            result += (unsigned long)(transport[12] >> 4) << 16 | big16(transport + 14);
        result = result << 7 | result >> 57;
    }
    return result;
}
