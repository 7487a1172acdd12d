; Multiplies two matrices of 10 by 10 numbers of 64 bits.
; What clang 14 -O2 -mcpu=v3 makes of matrix.c, for r1 = memory.
    r2 = 0
    r3 = r1
    r3 += 2048
    *(u64 *)(r10 - 16) = r3
    r3 = r1
    r3 += 1024
    *(u64 *)(r10 - 24) = r3
    r0 = 0
    goto l2
l1:
    r1 += 80
    r2 += 1
    if r2 == 10 goto l7
l2:
    r3 = r2
    r3 *= 10
    *(u64 *)(r10 - 8) = r3
    r4 = *(u64 *)(r10 - 24)
    r7 = 0
    goto l4
l3:
    r3 = r7
    r5 = *(u64 *)(r10 - 8)
    r3 += r5
    r3 <<= 3
    r6 = *(u64 *)(r10 - 16)
    r6 += r3
    *(u64 *)(r6 + 0) = r9
    r0 ^= r8
    r4 += 8
    r7 += 1
    if r7 == 10 goto l1
l4:
    r5 = r2
    r8 = r0
    r0 = 0
    r6 = r4
    r3 = 0
l5:
    r9 = r1
    r9 += r0
    r2 = *(u64 *)(r9 + 0)
    r9 = *(u64 *)(r6 + 0)
    r9 *= r2
    r9 += r3
    r6 += 80
    r0 += 8
    r3 = r9
    if r0 == 80 goto l6
    goto l5
l6:
    r0 = r9
    r2 = r5
    if r2 == r7 goto l3
    r0 = 0
    goto l3
l7:
    exit
