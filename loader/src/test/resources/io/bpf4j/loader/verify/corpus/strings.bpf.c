/* Texts of a bounded length: compared, copied, cut, parsed, searched, printed into. */
#include "corpus.h"

#define MAX 64
struct line {
    char text[MAX];
    u32 length;
};
const volatile char prefix[8] = "/tmp/";
const volatile char wanted[16] = "java";
MAP(lines, LRU_HASH, u32, struct line, 1024);
MAP(counts, HASH, struct line, u64, 1024);
char found[MAX];
u64 total, hash;
long number;
unsigned long positive;

SEC("tp/syscalls/sys_enter_openat")
int starts_with(struct sys_enter *ctx)
{
    char text[MAX];
    if (bpf_probe_read_user_str(text, sizeof(text), (void *)ctx->args[1]) < 0)
        return 0;
    for (int i = 0; i < 8; i++) {
        if (!prefix[i])
            break;
        if (text[i] != prefix[i])
            return 0;
    }
    total++;
    return 0;
}

SEC("tp/syscalls/sys_enter_unlinkat")
int compares(struct sys_enter *ctx)
{
    char comm[16];
    bpf_get_current_comm(comm, sizeof(comm));
    for (int i = 0; i < 16; i++) {
        if (comm[i] != wanted[i])
            return 0;
        if (!comm[i])
            break;
    }
    total++;
    return 0;
}

SEC("tp/syscalls/sys_enter_renameat")
int compares_whole(struct sys_enter *ctx)
{
    char comm[16] = {};
    bpf_get_current_comm(comm, sizeof(comm));
    if (bpf_strncmp(comm, sizeof(comm), "java") == 0)
        total++;
    if (bpf_strncmp(comm, 6, "jshell") > 0)
        total += 2;
    return 0;
}

SEC("tp/syscalls/sys_enter_linkat")
int hashes(struct sys_enter *ctx)
{
    char text[MAX] = {};
    long length = bpf_probe_read_user_str(text, sizeof(text), (void *)ctx->args[1]);
    if (length <= 0)
        return 0;
    u64 sum = 14695981039346656037ULL;
    for (int i = 0; i < MAX; i++) {
        if (i >= length)
            break;
        sum ^= (u8)text[i];
        sum *= 1099511628211ULL;
    }
    hash = sum;
    return 0;
}

SEC("tp/syscalls/sys_enter_symlinkat")
int last_part(struct sys_enter *ctx)
{
    char text[MAX] = {};
    long length = bpf_probe_read_user_str(text, sizeof(text), (void *)ctx->args[0]);
    u32 start = 0;
    for (u32 i = 0; i < MAX; i++)
        if (text[i] == '/')
            start = i + 1;
    u32 to = 0;
    for (u32 i = 0; i < MAX; i++) {
        u32 at = start + i;
        if (at >= MAX || !text[at & (MAX - 1)])
            break;
        found[i] = text[at & (MAX - 1)];
        to = i;
    }
    total += to + length;
    return 0;
}

SEC("tp/syscalls/sys_enter_write")
int parses(struct sys_enter *ctx)
{
    char text[24] = {};
    bpf_probe_read_user(text, sizeof(text) - 1, (void *)ctx->args[1]);
    u64 value = 0;
    for (int i = 0; i < 20; i++) {
        u8 digit = text[i] - '0';
        if (digit > 9)
            break;
        value = value * 10 + digit;
    }
    total = value;
    long result;
    if (bpf_strtol(text, sizeof(text), 0, &result) > 0)
        number = result;
    unsigned long other;
    if (bpf_strtoul(text, sizeof(text), 10, &other) > 0)
        positive = other;
    return 0;
}

SEC("tp/syscalls/sys_enter_chdir")
int as_key(struct sys_enter *ctx)
{
    struct line line = {};
    long got = bpf_probe_read_user_str(line.text, sizeof(line.text), (void *)ctx->args[0]);
    if (got < 0)
        return 0;
    line.length = got;
    u64 one = 1, *count = bpf_map_lookup_elem(&counts, &line);
    if (count)
        __sync_fetch_and_add(count, 1);
    else
        bpf_map_update_elem(&counts, &line, &one, BPF_ANY);
    return 0;
}

SEC("tp/syscalls/sys_enter_mkdirat")
int appended(struct sys_enter *ctx)
{
    u32 tid = bpf_get_current_pid_tgid();
    struct line *line = bpf_map_lookup_elem(&lines, &tid);
    if (!line)
        return 0;
    u32 at = line->length;
    if (at >= MAX)
        return 0;
    long got = bpf_probe_read_user_str(line->text + at, MAX - at, (void *)ctx->args[1]);
    if (got > 0)
        line->length = at + got;
    return 0;
}

SEC("tp/syscalls/sys_enter_execve")
int formatted(struct sys_enter *ctx)
{
    static const char format[] = "%s pid=%d ret=%lx";
    char comm[16];
    bpf_get_current_comm(comm, sizeof(comm));
    u64 data[] = {(u64)comm, bpf_get_current_pid_tgid() >> 32, ctx->args[0]};
    bpf_snprintf(found, sizeof(found), format, data, sizeof(data));
    static const char all[] = "%d %d %d %d";
    u64 numbers[] = {1, 2, 3, total};
    bpf_trace_vprintk(all, sizeof(all), numbers, sizeof(numbers));
    bpf_printk("run %s by %d", comm, (int)data[1]);
    return 0;
}

SEC("tp/syscalls/sys_enter_rmdir")
int swapped(struct sys_enter *ctx)
{
    char text[32] = {};
    bpf_probe_read_user_str(text, sizeof(text), (void *)ctx->args[0]);
    for (int i = 0; i < 16; i++) {
        char kept = text[i];
        text[i] = text[31 - i];
        text[31 - i] = kept;
    }
    for (int i = 0; i < 32; i++)
        if (text[i] >= 'a' && text[i] <= 'z')
            text[i] -= 32;
    __builtin_memcpy(found, text, sizeof(text));
    return 0;
}

LICENSE("GPL");
