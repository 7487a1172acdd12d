; Looks for 8 bytes at 1,024 places and counts matches of parts.
; What clang 14 -O2 -mcpu=v3 makes of search.c, for r1 = memory.
    r2 = 0
    r0 = 0
    goto l3
l1:
    r0 = r4
    r0 += r5
    r6 = r1
    r6 += r5
    r6 = *(u8 *)(r6 + 3072)
    r7 = *(u8 *)(r0 + 0)
    r0 = r5
    if w7 != w6 goto l2
    r0 = 8
    r5 += 1
    if r5 != 8 goto l1
l2:
    r0 += r3
    r2 += 1
    if r2 == 1024 goto l4
l3:
    r3 = r0
    r4 = r1
    r4 += r2
    r5 = 0
    goto l1
l4:
    exit
