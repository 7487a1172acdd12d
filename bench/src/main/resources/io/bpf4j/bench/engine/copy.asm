; Copies 2,048 bytes by words, reversing their order, and sums them.
; What clang 14 -O2 -mcpu=v3 makes of copy.c, for r1 = memory.
    r2 = 0
    r3 = r1
    r3 += 4088
    r4 = 0
l1:
    r5 = r1
    r5 += r2
    r0 = *(u64 *)(r5 + 0)
    *(u64 *)(r3 + 0) = r0
    r0 += r4
    r3 += -8
    r2 += 8
    r4 = r0
    if r2 == 2048 goto l2
    goto l1
l2:
    exit
