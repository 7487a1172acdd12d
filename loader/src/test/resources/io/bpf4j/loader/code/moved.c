/* Functions whose result depends on their argument alone: each is patched at every instruction and has to stay as it is. */
typedef __builtin_va_list va_list;
#define FUNCTION __attribute__((noinline, visibility("default"))) long

FUNCTION add(long x) { return x + 1; }

FUNCTION nothing(long x) { return x; }

FUNCTION sign(long x) { return x < 0 ? -1 : x > 0; }

FUNCTION choose(long x) {
    switch (x & 15) {
    case 0: return x + 3;
    case 1: return x * 5;
    case 2: return x ^ 0x55;
    case 3: return -x;
    case 4: return x >> 3;
    case 5: return x << 2;
    case 6: return ~x;
    case 9: return x / 7;
    case 11: return x % 11;
    default: return 42;
    }
}

FUNCTION sum(long x) {
    long total = 0;
    for (long i = 0; i < (x & 63); i++) {
        total += i * x;
    }
    return total;
}

FUNCTION fibonacci(long x) {
    x &= 7;
    return x < 2 ? x : fibonacci(x - 1) + fibonacci(x - 2);
}

FUNCTION mean(long x) {
    double value = (double) (x & 0xffff);
    for (int i = 0; i < 3; i++) {
        value = value * 1.5 + 0.25;
    }
    return (long) value;
}

FUNCTION many(long a, long b, long c, long d, long e, long f, long g, long h) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h;
}

FUNCTION pass_many(long x) { return many(x, x + 1, x + 2, x + 3, x + 4, x + 5, x + 6, x + 7); }

static long variable(int count, ...) {
    va_list list;
    long total = 0;
    __builtin_va_start(list, count);
    for (int i = 0; i < count; i++) {
        total = total * 3 + __builtin_va_arg(list, long);
    }
    __builtin_va_end(list);
    return total;
}

FUNCTION pass_variable(long x) { return variable(9, x, 1L, x, 2L, x, 3L, x, 4L, x); }

struct big { long values[9]; };

static __attribute__((noinline)) long total(struct big value) {
    long result = 0;
    for (int i = 0; i < 9; i++) {
        result = result * 7 + value.values[i];
    }
    return result;
}

FUNCTION pass_struct(long x) {
    struct big value;
    for (int i = 0; i < 9; i++) {
        value.values[i] = x * i;
    }
    return total(value);
}

static const char text[] = "the quick brown fox jumps over the lazy dog";

FUNCTION hash(long x) {
    unsigned long value = x;
    for (const char *at = text; *at; at++) {
        value = (value ^ *at) * 1099511628211ul;
    }
    return value;
}

typedef long (*function)(long);
static function volatile const table[] = {add, sign, choose, sum};

FUNCTION dispatch(long x) { return table[x & 3](x) + 1; }

FUNCTION tail(long x) { return table[x & 3](x); }

FUNCTION room(long x) {
    long *memory = __builtin_alloca(((x & 7) + 1) * sizeof(long));
    for (int i = 0; i <= (x & 7); i++) {
        memory[i] = x + i;
    }
    return memory[x & 7] * memory[0];
}

FUNCTION aligned(long x) {
    volatile long values[8] __attribute__((aligned(64)));
    for (int i = 0; i < 8; i++) {
        values[i] = x ^ i;
    }
    return values[x & 7] + ((long) values & 63);
}
