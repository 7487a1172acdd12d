; Encodes 384 bytes.
; What clang 14 -O2 -mcpu=v3 makes of base64.c, for r1 = memory.
    r0 = 0
    r2 = 2
    r3 = r1
    r3 += 1027
    goto l2
l1:
    *(u8 *)(r3 + 0) = r5
    r5 &= 255
    r0 += r5
    r3 += 4
    r2 += 3
    if r2 == 386 goto l19
l2:
    r4 = r1
    r4 += r2
    r6 = *(u8 *)(r4 - 2)
    w5 = w6
    w5 >>= 2
    if w6 > 103 goto l3
    w5 += 65
    w8 = w5
    goto l6
l3:
    if w6 > 207 goto l4
    w5 += 71
    w8 = w5
    goto l6
l4:
    if w6 > 247 goto l5
    w5 += -4
    w8 = w5
    goto l6
l5:
    w8 = 43
    if w5 == 62 goto l6
    w8 = 47
l6:
    r5 = *(u8 *)(r4 - 1)
    w5 <<= 8
    w6 <<= 16
    w7 = w5
    w7 |= w6
    r4 = *(u8 *)(r4 + 0)
    *(u8 *)(r3 - 3) = r8
    w7 >>= 12
    w7 &= 63
    if w7 > 25 goto l7
    w7 += 65
    w6 = w7
    goto l10
l7:
    if w7 > 51 goto l8
    w7 += 71
    w6 = w7
    goto l10
l8:
    if w7 > 61 goto l9
    w7 += -4
    w6 = w7
    goto l10
l9:
    w6 = 43
    if w7 == 62 goto l10
    w6 = 47
l10:
    w5 |= w4
    *(u8 *)(r3 - 2) = r6
    w5 >>= 6
    w5 &= 63
    if w5 > 25 goto l11
    w5 += 65
    w6 = w5
    goto l14
l11:
    if w5 > 51 goto l12
    w5 += 71
    w6 = w5
    goto l14
l12:
    if w5 > 61 goto l13
    w5 += -4
    w6 = w5
    goto l14
l13:
    w6 = 43
    if w5 == 62 goto l14
    w6 = 47
l14:
    *(u8 *)(r3 - 1) = r6
    w4 &= 63
    if w4 > 25 goto l15
    w4 += 65
    goto l17
l15:
    if w4 > 51 goto l16
    w4 += 71
    goto l17
l16:
    if w4 > 61 goto l18
    w4 += -4
l17:
    w5 = w4
    goto l1
l18:
    w5 = 43
    if w4 == 62 goto l1
    w5 = 47
    goto l1
l19:
    exit
