; The number of primes below 2,048, with a byte for each number.
; What clang 14 -O2 -mcpu=v3 makes of sieve.c, for r1 = memory.
    r2 = 0
    w3 = 1
l1:
    r4 = r1
    r4 += r2
    *(u8 *)(r4 + 0) = r3
    r2 += 1
    if r2 != 2048 goto l1
    r0 = 0
    r2 = 2
    w3 = 0
    goto l4
l2:
    r5 = r1
    r5 += r4
    *(u8 *)(r5 + 0) = r3
    r4 += r2
    if r4 < 2048 goto l2
l3:
    r2 += 1
    if r2 == 2048 goto l5
l4:
    r4 = r1
    r4 += r2
    r4 = *(u8 *)(r4 + 0)
    if w4 == 0 goto l3
    r0 += 1
    if r2 > 1023 goto l3
    r4 = r2
    r4 <<= 1
    goto l2
l5:
    exit
