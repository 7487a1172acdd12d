/* What the mistakes have in common. */
#pragma once
#include "bpf.h"

struct registers {
    u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};

struct record {
    u32 pid;
    u32 length;
    char data[256];
};

struct {
    __uint(type, HASH);
    __uint(max_entries, 64);
    __type(key, u32);
    __type(value, u64);
} counts SEC(".maps");

struct {
    __uint(type, ARRAY);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, struct record);
} records SEC(".maps");

struct {
    __uint(type, RINGBUF);
    __uint(max_entries, 4096);
} events SEC(".maps");

#ifndef NO_LICENSE
char LICENSE[] SEC("license") = "GPL";
#endif
