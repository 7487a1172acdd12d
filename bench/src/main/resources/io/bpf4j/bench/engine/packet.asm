; Parses 32 packets of 96 bytes: Ethernet, IPv4 with options, TCP or UDP; sums ports and checks the checksum.
; What clang 14 -O2 -mcpu=v3 makes of packet.c, for r1 = memory.
    r0 = 0
    r2 = r1
    r3 = 0
    goto l4
l1:
    r7 = *(u8 *)(r4 + 15)
    r6 = *(u8 *)(r4 + 14)
    r6 <<= 8
    r6 |= r7
    r4 = *(u8 *)(r4 + 12)
    w4 >>= 4
    r4 <<= 16
    r6 |= r4
l2:
    w4 = w5
    w4 >>= 16
    w5 &= 65535
    w5 += w4
    r0 += r5
    r0 += r6
    r4 = r0
    r4 >>= 57
    r0 <<= 7
    r0 |= r4
l3:
    r2 += 96
    r3 += 1
    if r3 == 32 goto l6
l4:
    r5 = r3
    r5 *= 96
    r4 = r1
    r4 += r5
    r5 = *(u8 *)(r4 + 12)
    w5 <<= 8
    r6 = *(u8 *)(r4 + 13)
    w5 |= w6
    if w5 == 65535 goto l3
    r5 = *(u8 *)(r4 + 15)
    r6 = *(u8 *)(r4 + 14)
    w8 = w6
    w8 <<= 8
    w8 |= w5
    r7 = 0
    r4 += 14
    w6 <<= 2
    w6 &= 28
l5:
    r5 = r2
    r5 += r7
    r9 = *(u8 *)(r5 + 17)
    r5 = *(u8 *)(r5 + 16)
    w5 <<= 8
    w5 |= w9
    w5 += w8
    r7 += 2
    w8 = w5
    if r7 < 18 goto l5
    r7 = *(u8 *)(r4 + 9)
    r4 += r6
    w7 &= 1
    if w7 == 0 goto l1
    r6 = *(u8 *)(r4 + 1)
    r7 = *(u8 *)(r4 + 0)
    r7 <<= 8
    r7 |= r6
    r8 = *(u8 *)(r4 + 3)
    r6 = *(u8 *)(r4 + 2)
    r6 <<= 8
    r6 |= r8
    r6 ^= r7
    goto l2
l6:
    exit
