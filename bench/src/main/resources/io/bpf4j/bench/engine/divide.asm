; The sum of digits of 64 numbers, and a modulus of each by the next.
; What clang 14 -O2 -mcpu=v3 makes of divide.c, for r1 = memory.
    r2 = 0
    r3 = *(u64 *)(r1 + 0)
    r0 = 0
l1:
    r4 = r3
    r2 += 1
    r3 = r2
    r3 <<= 3
    r5 = r1
    r5 += r3
    r3 = *(u64 *)(r5 + 0)
    r4 >>= 16
    r5 = r3
    r5 |= 1
    r7 = r4
    r7 /= r5
    r7 *= r5
    r6 = r4
    r6 -= r7
    r6 += r0
    w5 = 8
    r7 = r4
l2:
    r7 /= 10
    r0 = r7
    r0 *= 10
    r4 -= r0
    r0 = r4
    r0 += r6
    w5 += -1
    r4 = r7
    r6 = r0
    if w5 == 0 goto l3
    goto l2
l3:
    if r2 != 64 goto l1
    exit
