; FNV-1a over 1,024 bytes.
; What clang 14 -O2 -mcpu=v3 makes of hash.c, for r1 = memory.
    r0 = -3750763034362895579 ll
    r2 = 0
    r3 = 1099511628211 ll
l1:
    r4 = r1
    r4 += r2
    r4 = *(u8 *)(r4 + 0)
    r0 ^= r4
    r0 *= r3
    r2 += 1
    if r2 == 1024 goto l2
    goto l1
l2:
    exit
