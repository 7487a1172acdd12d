; Looks for 8 bytes at 256 places and counts partial matches; the text has few different letters.
; What clang 14 -O2 -mcpu=v3 makes of search.c, for r1 = memory.
    r2 = 0
    r0 = 0
    goto l3
l1:
    r0 = r1
    r0 += r5
    r6 = r4
    r6 += r5
    r6 = *(u8 *)(r6 + 0)
    r7 = *(u8 *)(r0 + 3072)
    w7 ^= w6
    w7 &= 3
    r0 = r5
    if w7 != 0 goto l2
    r0 = 8
    r5 += 1
    if r5 != 8 goto l1
l2:
    r0 += r3
    r2 += 1
    if r2 == 256 goto l4
l3:
    r3 = r0
    r4 = r1
    r4 += r2
    r5 = 0
    goto l1
l4:
    exit
