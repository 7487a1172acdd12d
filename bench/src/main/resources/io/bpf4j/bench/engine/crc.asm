; CRC-32, bit by bit, over 192 bytes.
; What clang 14 -O2 -mcpu=v3 makes of crc.c, for r1 = memory.
    w0 = -1
    r2 = 0
l1:
    r3 = r1
    r3 += r2
    r3 = *(u8 *)(r3 + 0)
    w0 ^= w3
    w3 = 8
l2:
    w4 = w0
    w4 >>= 1
    w0 &= 1
    w0 = -w0
    w0 &= -306674912
    w0 ^= w4
    w3 += -1
    if w3 == 0 goto l3
    goto l2
l3:
    r2 += 1
    if r2 == 192 goto l4
    goto l1
l4:
    w0 ^= -1
    exit
