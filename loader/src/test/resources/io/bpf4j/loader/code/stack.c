/* Functions named yes_ use arguments that the caller passes on the stack; those named no_ have none. */
typedef __builtin_va_list va_list;
#define FUNCTION __attribute__((noinline, visibility("default")))

FUNCTION long no_plain(long a, long b) { return a * b; }
FUNCTION long no_six(long a, long b, long c, long d, long e, long f) { return a + b * c - d + e * f; }
FUNCTION long yes_seven(long a, long b, long c, long d, long e, long f, long g) { return a + b + c + d + e + f + g; }
FUNCTION long yes_eight(int a, int b, int c, int d, int e, int f, int g, char h) { return a - h * g; }
FUNCTION long yes_last(long a, long b, long c, long d, long e, long f, long g, long h, long i, long j) { return j; }

struct big { long values[5]; };
struct small { long a, b; };
FUNCTION long yes_struct(struct big value) { return value.values[2]; }
FUNCTION long yes_struct_indexed(struct big value, long i) { return value.values[i]; }
FUNCTION long yes_struct_indexed_lower(struct big value, long i) { return value.values[i - 3]; }
FUNCTION long yes_struct_loop(struct big value, long n) {
    long total = 0;
    for (long i = n; i > 0; i--) {
        total = total * 3 + value.values[i - 1];
    }
    return total;
}
FUNCTION long no_small_struct(struct small value) { return value.a - value.b; }
FUNCTION long yes_small_struct(long a, long b, long c, long d, long e, struct small value) { return value.a - value.b + a; }
FUNCTION double no_doubles(double a, double b, double c) { return a * b + c; }
FUNCTION double yes_doubles(double a, double b, double c, double d, double e, double f, double g, double h, double i) {
    return a + i;
}
FUNCTION long double yes_long_double(long double value) { return value * 2; }

FUNCTION long yes_varargs(int count, ...) {
    va_list list;
    long total = 0;
    __builtin_va_start(list, count);
    for (int i = 0; i < count; i++) {
        total += __builtin_va_arg(list, long);
    }
    __builtin_va_end(list);
    return total;
}

extern void take(void *pointer);
extern long give(long value);

FUNCTION long no_local_array(long i) {
    long values[16];
    take(values);
    return values[3] + i;
}
FUNCTION long no_calls(long a, long b) { return give(a) + give(b) * 3 + give(a - b); }
FUNCTION long yes_calls(long a, long b, long c, long d, long e, long f, long g) {
    long before = give(a);
    return before + give(g);
}
FUNCTION long no_aligned(long a) {
    long values[8] __attribute__((aligned(64)));
    take(values);
    return values[2] + a;
}
FUNCTION long yes_aligned(long a, long b, long c, long d, long e, long f, long g) {
    long values[8] __attribute__((aligned(64)));
    take(values);
    return values[2] + g;
}
FUNCTION long no_alloca(long n) {
    char *memory = __builtin_alloca(n);
    take(memory);
    return memory[1];
}
FUNCTION long yes_alloca(long n, long b, long c, long d, long e, long f, long g) {
    char *memory = __builtin_alloca(n);
    take(memory);
    return memory[1] + g;
}
FUNCTION long no_pass_many(long a) { return yes_seven(a, a, a, a, a, a, a + 1) + 1; }
FUNCTION long yes_tail_call(long a, long b, long c, long d, long e, long f, long g) {
    return yes_seven(a + 1, b, c, d, e, f, g);
}
FUNCTION long yes_indirect_tail_call(long a, long b, long c, long d, long e, long f, long g,
        long (*function)(long, long, long, long, long, long, long)) {
    return function(a, b, c, d, e, f, g);
}
FUNCTION long yes_forwarded(long a, long b, long c, long d, long e,
        long (*function)(long, long, long, long, long, long, long), long g) {
    return function(a, b, c, d, e, a, g);
}
FUNCTION long yes_switch(long a, long b, long c, long d, long e, long f, long g) {
    switch (a) {
    case 0: return b * 3;
    case 1: return c ^ 7;
    case 2: return give(d);
    case 3: return e + 9;
    case 4: return f - 2;
    case 5: return g;
    case 6: return b / 3;
    default: return -1;
    }
}
FUNCTION long no_switch(long a, long b) {
    switch (a) {
    case 0: return b * 3;
    case 1: return b ^ 7;
    case 2: return give(b);
    case 3: return b + 9;
    case 4: return b - 2;
    case 5: return b % 5;
    default: return -1;
    }
}
FUNCTION long yes_cold(long a, long b, long c, long d, long e, long f, long g) {
    if (__builtin_expect(a == 77, 0)) {
        take(&a);
        return give(g) + a;
    }
    return b;
}
FUNCTION long yes_address(long a, long b, long c, long d, long e, long f, long g) {
    take(&g);
    return g;
}
FUNCTION long yes_written(long a, long b, long c, long d, long e, long f, long g) {
    volatile long *at = &g;
    *at += a;
    return *at;
}
FUNCTION struct big no_result(long a) {
    struct big value = {{a, a + 1, a + 2, a + 3, a + 4}};
    return value;
}
FUNCTION struct big yes_result(struct big value) {
    value.values[1]++;
    return value;
}
FUNCTION void *no_return_address(void) { return __builtin_return_address(0); }
FUNCTION long no_recursion(long n) { return n < 2 ? n : no_recursion(n - 1) * 3 + no_recursion(n - 2); }
FUNCTION long no_vector_loop(const int *values, long n) {
    long total = 0;
    for (long i = 0; i < n; i++) {
        total += values[i];
    }
    return total;
}
FUNCTION double yes_vector(struct big a, double factor) {
    double total = 0;
    for (int i = 0; i < 5; i++) {
        total += a.values[i] * factor;
    }
    return total;
}
