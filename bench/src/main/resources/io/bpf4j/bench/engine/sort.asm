; Bubbles 48 numbers of 32 bits into order, after scrambling them.
; What clang 14 -O2 -mcpu=v3 makes of sort.c, for r1 = memory.
    w2 = 12345
    r3 = 0
l1:
    r4 = r1
    r4 += r3
    w2 *= 1103515245
    w2 += 12345
    r5 = *(u32 *)(r4 + 0)
    w5 ^= w2
    *(u32 *)(r4 + 0) = r5
    r3 += 4
    if r3 != 192 goto l1
    r2 = 47
    r3 = r1
    r3 += 4
    goto l3
l2:
    r2 += -1
    if r2 == 0 goto l6
l3:
    r4 = 0
    r0 = *(u32 *)(r1 + 0)
    r5 = r3
    goto l5
l4:
    r4 += 1
    r5 += 4
    w0 = w6
    if r4 < r2 goto l5
    goto l2
l5:
    r6 = *(u32 *)(r5 + 0)
    if w0 <= w6 goto l4
    *(u32 *)(r5 + 0) = r0
    *(u32 *)(r5 - 4) = r6
    w6 = w0
    goto l4
l6:
    r2 = *(u32 *)(r1 + 0)
    r0 = *(u32 *)(r1 + 188)
    w0 ^= w2
    exit
