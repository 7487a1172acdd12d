/* Variables of every section: settable constants, counters, static ones, strings, sections of other names. */
#include "bpf.h"

const volatile u32 target = 0;
const volatile bool verbose = 1;
const volatile char prefix[8] = "abc";
u64 calls = 5;
u64 seen;
u32 table[16];
static u64 hidden;
static volatile u32 limit = 7;
u64 apart SEC(".data.apart") = 11;
static u32 steps[3] = {1, 2, 3};

SEC("raw_tp/sys_enter")
int count(u64 *ctx)
{
    u32 pid = bpf_get_current_pid_tgid() >> 32;
    if (target && target != pid)
        return 0;
    __sync_fetch_and_add(&calls, 1);
    seen++;
    hidden += limit;
    apart++;
    table[pid & 15] += steps[pid & 1];
    if (verbose && hidden == 1) {
        char format[] = "%d %s";
        bpf_trace_printk(format, sizeof(format), pid, prefix);
    }
    return 0;
}

SEC("raw_tp/sys_exit")
int back(u64 *ctx)
{
    static u32 inner;
    inner++;
    steps[inner & 1] = inner;
    static const char text[] = "left: %d";
    bpf_trace_printk(text, sizeof(text), inner);
    return 0;
}

char _license[] SEC("license") = "GPL";
