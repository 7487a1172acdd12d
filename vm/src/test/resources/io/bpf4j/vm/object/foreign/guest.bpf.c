/* What a program believes about the types of kernel.bpf.c; each return is one question. */
#include "bpf.h"

struct first {
    u32 number;
} __core;

struct thing {
    u32 small;
    u32 number;
    struct first inner[2];
    s64 minus;
    u32 left : 1;
    u32 wide : 2;
    struct thing *next;
    u32 lost;
} __core;

struct thing___other {
    u64 number;
} __core;

struct flexible {
    u32 length;
    u64 items[];
} __core;

enum colour {
    GREEN,
    RED,
    BLUE,
};

typedef struct {
    u64 a;
} __core triple;

struct absent {
    int field;
} __core;

#define QUESTION(name, value) \
    SEC("socket") u64 name(struct thing *ctx) { return (value); }

QUESTION(small_offset, __builtin_preserve_field_info(ctx->small, 0))
QUESTION(small_size, __builtin_preserve_field_info(ctx->small, 1))
QUESTION(number_offset, __builtin_preserve_field_info(ctx->number, 0))
QUESTION(inner_offset, __builtin_preserve_field_info(ctx->inner[1].number, 0))
QUESTION(minus_signed, __builtin_preserve_field_info(ctx->minus, 3))
QUESTION(wide_offset, __builtin_preserve_field_info(ctx->wide, 0))
QUESTION(wide_size, __builtin_preserve_field_info(ctx->wide, 1))
QUESTION(wide_left, __builtin_preserve_field_info(ctx->wide, 4))
QUESTION(wide_right, __builtin_preserve_field_info(ctx->wide, 5))
QUESTION(next_exists, __builtin_preserve_field_info(ctx->next, 2))
QUESTION(lost_exists, __builtin_preserve_field_info(ctx->lost, 2))
QUESTION(lost_offset, __builtin_preserve_field_info(ctx->lost, 0))
QUESTION(flavour_offset, __builtin_preserve_field_info(((struct thing___other *)ctx)->number, 0))
QUESTION(flexible_offset, __builtin_preserve_field_info(((struct flexible *)ctx)->items[5], 0))
QUESTION(thing_size, __builtin_preserve_type_info(*(struct thing *)0, 1))
QUESTION(triple_size, __builtin_preserve_type_info(*(triple *)0, 1))
QUESTION(absent_exists, __builtin_preserve_type_info(*(struct absent *)0, 0))
QUESTION(absent_size, __builtin_preserve_type_info(*(struct absent *)0, 1))
QUESTION(red_value, __builtin_preserve_enum_value(*(enum colour *)RED, 1))
QUESTION(blue_exists, __builtin_preserve_enum_value(*(enum colour *)BLUE, 0))
QUESTION(blue_value, __builtin_preserve_enum_value(*(enum colour *)BLUE, 1))

SEC("socket")
u64 load_small(struct thing *ctx)
{
    return ctx->small;
}

SEC("socket")
u64 load_minus(struct thing *ctx)
{
    return ctx->minus;
}

SEC("socket")
u64 store_next(struct thing *ctx)
{
    ctx->next = 0;
    return 0;
}

char _license[] SEC("license") = "GPL";
