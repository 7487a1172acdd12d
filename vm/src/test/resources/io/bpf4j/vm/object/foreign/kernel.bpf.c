/* Not a program to run: the types of a kernel that is not this one, for relocations whose result is known. */
#include "bpf.h"

struct first {
    u64 unused;
    u32 number;
};

struct thing {
    char pad[24];
    u16 small;
    struct {
        u32 before;
        u32 number;
    };
    struct first inner[4];
    s32 minus;
    u32 left : 3;
    u32 wide : 9;
    struct thing *next;
};

struct flexible {
    u32 length;
    u64 items[];
};

enum colour {
    RED = 4,
    GREEN = 9,
};

typedef struct {
    u64 a, b, c;
} triple;

struct thing *a_thing;
struct flexible *a_flexible;
enum colour a_colour;
triple a_triple;

SEC("socket")
int nothing(void *ctx)
{
    return a_thing != 0 && a_flexible && a_colour && a_triple.a;
}
