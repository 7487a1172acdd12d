; Sorts 256 numbers of 64 bits into 64 buckets by their logarithm, and finds the fullest.
; What clang 14 -O2 -mcpu=v3 makes of histogram.c, for r1 = memory.
    r3 = 0
    r2 = r1
    r2 += 2048
    r4 = 4294967295 ll
    goto l2
l1:
    r6 |= r7
    r6 |= r8
    r6 |= r9
    r0 <<= 1
    r5 >>= r0
    r6 |= r0
    r5 >>= 1
    r5 &= 63
    r6 |= r5
    r6 <<= 2
    r5 = r2
    r5 += r6
    r0 = *(u32 *)(r5 + 0)
    w0 += 1
    *(u32 *)(r5 + 0) = r0
    r1 += 8
    r3 += 1
    if r3 != 256 goto l2
    r1 = 0
    r3 = 0
    goto l8
l2:
    r0 = r3
    r0 &= 63
    r5 = *(u64 *)(r1 + 0)
    r5 >>= r0
    w0 = 1
    w7 = 1
    if r5 > r4 goto l3
    w7 = 0
l3:
    r7 <<= 5
    r5 >>= r7
    w6 = 1
    if r5 > 65535 goto l4
    w6 = 0
l4:
    r6 <<= 4
    r5 >>= r6
    w8 = 1
    if r5 > 255 goto l5
    w8 = 0
l5:
    r8 <<= 3
    r5 >>= r8
    w9 = 1
    if r5 > 15 goto l6
    w9 = 0
l6:
    r9 <<= 2
    r5 >>= r9
    if r5 > 3 goto l1
    w0 = 0
    goto l1
l7:
    r1 += 4
    r3 = r0
    if r1 == 256 goto l9
l8:
    r4 = r2
    r4 += r1
    r0 = *(u32 *)(r4 + 0)
    if r3 < r0 goto l7
    r0 = r3
    goto l7
l9:
    exit
