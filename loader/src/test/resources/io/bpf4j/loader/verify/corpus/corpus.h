/* What the sources here need of the kernel and of libbpf's headers, and no more. Names are those of the kernel. */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;
typedef _Bool bool;
#define NULL ((void *)0)

#define SEC(name) __attribute__((section(name), used))
#define __uint(name, val) int (*name)[val]
#define __type(name, val) typeof(val) *name
#define __array(name, val) typeof(val) *name[]
#define __always_inline inline __attribute__((always_inline))
#define __noinline __attribute__((noinline))
#define __core __attribute__((preserve_access_index))
#define LICENSE(text) char _license[] SEC("license") = text
#define barrier_var(variable) asm volatile("" : "+r"(variable))

enum { HASH = 1, ARRAY, PROG_ARRAY, PERF_EVENT_ARRAY, PERCPU_HASH, PERCPU_ARRAY, STACK_TRACE, CGROUP_ARRAY, LRU_HASH,
       LRU_PERCPU_HASH, LPM_TRIE, ARRAY_OF_MAPS, HASH_OF_MAPS, DEVMAP, QUEUE = 22, STACK, RINGBUF = 27 };
enum { BPF_ANY, BPF_NOEXIST, BPF_EXIST };
#define CURRENT_CPU 0xffffffffULL

#define HELPER(number, result, name, ...) static result (*name)(__VA_ARGS__) = (void *)number
HELPER(1, void *, bpf_map_lookup_elem, void *map, const void *key);
HELPER(2, long, bpf_map_update_elem, void *map, const void *key, const void *value, u64 flags);
HELPER(3, long, bpf_map_delete_elem, void *map, const void *key);
HELPER(5, u64, bpf_ktime_get_ns, void);
HELPER(6, long, bpf_trace_printk, const char *format, u32 size, ...);
HELPER(7, u32, bpf_get_prandom_u32, void);
HELPER(8, u32, bpf_get_smp_processor_id, void);
HELPER(9, long, bpf_skb_store_bytes, void *skb, u32 offset, const void *from, u32 size, u64 flags);
HELPER(10, long, bpf_l3_csum_replace, void *skb, u32 offset, u64 from, u64 to, u64 size);
HELPER(11, long, bpf_l4_csum_replace, void *skb, u32 offset, u64 from, u64 to, u64 flags);
HELPER(12, long, bpf_tail_call, void *ctx, void *map, u32 index);
HELPER(14, u64, bpf_get_current_pid_tgid, void);
HELPER(15, u64, bpf_get_current_uid_gid, void);
HELPER(16, long, bpf_get_current_comm, void *to, u32 size);
HELPER(23, long, bpf_redirect, u32 interface, u64 flags);
HELPER(25, long, bpf_perf_event_output, void *ctx, void *map, u64 flags, void *data, u64 size);
HELPER(26, long, bpf_skb_load_bytes, const void *skb, u32 offset, void *to, u32 size);
HELPER(27, long, bpf_get_stackid, void *ctx, void *map, u64 flags);
HELPER(28, s64, bpf_csum_diff, void *from, u32 from_size, void *to, u32 to_size, u32 seed);
HELPER(35, u64, bpf_get_current_task, void);
HELPER(39, long, bpf_skb_pull_data, void *skb, u32 size);
HELPER(44, long, bpf_xdp_adjust_head, void *ctx, int delta);
HELPER(46, u64, bpf_get_socket_cookie, void *ctx);
HELPER(51, long, bpf_redirect_map, void *map, u64 key, u64 flags);
HELPER(56, long, bpf_perf_prog_read_value, void *ctx, void *to, u32 size);
HELPER(65, long, bpf_xdp_adjust_tail, void *ctx, int delta);
HELPER(67, long, bpf_get_stack, void *ctx, void *to, u32 size, u64 flags);
HELPER(80, u64, bpf_get_current_cgroup_id, void);
HELPER(87, long, bpf_map_push_elem, void *map, const void *value, u64 flags);
HELPER(88, long, bpf_map_pop_elem, void *map, void *value);
HELPER(89, long, bpf_map_peek_elem, void *map, void *value);
HELPER(105, long, bpf_strtol, const char *text, u64 size, u64 flags, long *result);
HELPER(106, long, bpf_strtoul, const char *text, u64 size, u64 flags, unsigned long *result);
HELPER(109, long, bpf_send_signal, u32 signal);
HELPER(112, long, bpf_probe_read_user, void *to, u32 size, const void *from);
HELPER(113, long, bpf_probe_read_kernel, void *to, u32 size, const void *from);
HELPER(114, long, bpf_probe_read_user_str, void *to, u32 size, const void *from);
HELPER(115, long, bpf_probe_read_kernel_str, void *to, u32 size, const void *from);
HELPER(118, u64, bpf_jiffies64, void);
HELPER(120, long, bpf_get_ns_current_pid_tgid, u64 device, u64 inode, void *to, u32 size);
HELPER(123, u64, bpf_get_current_ancestor_cgroup_id, int level);
HELPER(125, u64, bpf_ktime_get_boot_ns, void);
HELPER(126, long, bpf_seq_printf, void *seq, const char *format, u32 size, const void *data, u32 data_size);
HELPER(130, long, bpf_ringbuf_output, void *ring, void *data, u64 size, u64 flags);
HELPER(131, void *, bpf_ringbuf_reserve, void *ring, u64 size, u64 flags);
HELPER(132, void, bpf_ringbuf_submit, void *data, u64 flags);
HELPER(133, void, bpf_ringbuf_discard, void *data, u64 flags);
HELPER(134, u64, bpf_ringbuf_query, void *ring, u64 flags);
HELPER(141, long, bpf_get_task_stack, void *task, void *to, u32 size, u64 flags);
HELPER(158, struct task_struct *, bpf_get_current_task_btf, void);
HELPER(164, long, bpf_for_each_map_elem, void *map, void *callback, void *context, u64 flags);
HELPER(165, long, bpf_snprintf, char *to, u32 size, const char *format, u64 *data, u32 data_size);
HELPER(173, u64, bpf_get_func_ip, void *ctx);
HELPER(174, u64, bpf_get_attach_cookie, void *ctx);
HELPER(177, long, bpf_trace_vprintk, const char *format, u32 size, const void *data, u32 data_size);
HELPER(181, long, bpf_loop, u32 rounds, void *callback, void *context, u64 flags);
HELPER(182, long, bpf_strncmp, const char *one, u32 size, const char *other);
HELPER(195, void *, bpf_map_lookup_percpu_elem, void *map, const void *key, u32 cpu);

/* A field of a kernel object, wherever this kernel has it. */
#define READ(source, field) ({ \
    typeof(source) __source = (source); \
    typeof(__source->field) __value; \
    bpf_probe_read_kernel((void *)&__value, sizeof(__value), \
                          (const void *)__builtin_preserve_access_index(&__source->field)); \
    __value; })
#define READ_INTO(to, source, field) \
    bpf_probe_read_kernel(to, sizeof(*(to)), __builtin_preserve_access_index(&(source)->field))
#define READ_TEXT(to, source, field) \
    bpf_probe_read_kernel_str(to, sizeof(*(to)), __builtin_preserve_access_index(&(source)->field))
#define EXISTS(field) __builtin_preserve_field_info(field, 2)

#define bpf_printk(text, ...) ({ static const char __format[] = text; \
    bpf_trace_printk(__format, sizeof(__format), ##__VA_ARGS__); })

#define MAP(name, kind, key_type, value_type, entries) \
    struct { \
        __uint(type, kind); \
        __uint(max_entries, entries); \
        __type(key, key_type); \
        __type(value, value_type); \
    } name SEC(".maps")
#define RING(name, bytes) \
    struct { \
        __uint(type, RINGBUF); \
        __uint(max_entries, bytes); \
    } name SEC(".maps")
#define PERF(name) \
    struct { \
        __uint(type, PERF_EVENT_ARRAY); \
        __uint(key_size, 4); \
        __uint(value_size, 4); \
    } name SEC(".maps")

struct pt_regs {
    unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};

/* The record of a tracepoint of a system call. */
struct sys_enter {
    u64 common;
    long id;
    unsigned long args[6];
};
struct sys_exit {
    u64 common;
    long id;
    long ret;
};

struct list_head {
    struct list_head *next, *prev;
} __core;
struct qstr {
    u32 hash, len;
    const unsigned char *name;
} __core;
struct super_block {
    u32 s_dev;
    unsigned long s_magic;
} __core;
struct inode {
    u16 i_mode;
    unsigned long i_ino;
    struct super_block *i_sb;
    s64 i_size;
} __core;
struct dentry {
    struct qstr d_name;
    struct dentry *d_parent;
    struct inode *d_inode;
} __core;
struct path {
    struct dentry *dentry;
} __core;
struct file {
    struct path f_path;
    struct inode *f_inode;
    u32 f_flags;
} __core;
struct mm_struct {
    unsigned long total_vm, arg_start, arg_end;
    struct file *exe_file;
} __core;
struct upid {
    int nr;
} __core;
struct pid {
    u32 level;
    struct upid numbers[1];
} __core;
struct ns_common {
    u32 inum;
} __core;
struct pid_namespace {
    struct ns_common ns;
    u32 level;
} __core;
struct nsproxy {
    struct pid_namespace *pid_ns_for_children;
} __core;
struct signal_struct {
    u32 nr_threads;
} __core;
struct cred {
    struct { u32 val; } uid;
} __core;
struct task_struct {
    int pid, tgid, prio, exit_code;
    u32 flags;
    char comm[16];
    struct task_struct *real_parent, *group_leader;
    struct mm_struct *mm;
    struct nsproxy *nsproxy;
    struct signal_struct *signal;
    const struct cred *cred;
    struct pid *thread_pid;
    u64 start_time, utime, stime;
    unsigned int sched_reset_on_fork : 1;
    unsigned int in_execve : 1;
} __core;
struct sock_common {
    union {
        struct {
            u32 skc_daddr, skc_rcv_saddr;
        };
    };
    union {
        struct {
            u16 skc_dport, skc_num;
        };
    };
    u16 skc_family;
    volatile u8 skc_state;
} __core;
struct sock {
    struct sock_common __sk_common;
    u16 sk_type, sk_protocol;
    int sk_rcvbuf;
} __core;
struct sk_buff {
    u32 len, data_len;
    u16 protocol;
    unsigned char *head, *data;
    u16 network_header;
    struct sock *sk;
} __core;

/* What packets' programs are given. */
struct __sk_buff {
    u32 len, pkt_type, mark, queue_mapping, protocol, vlan_present, vlan_tci, vlan_proto, priority, ingress_ifindex,
        ifindex, tc_index, cb[5], hash, tc_classid, data, data_end, napi_id, family, remote_ip4, local_ip4,
        remote_ip6[4], local_ip6[4], remote_port, local_port, data_meta;
};
struct xdp_md {
    u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex;
};
struct ethhdr {
    u8 h_dest[6], h_source[6];
    u16 h_proto;
} __attribute__((packed));
struct iphdr {
    u8 ihl : 4, version : 4, tos;
    u16 tot_len, id, frag_off;
    u8 ttl, protocol;
    u16 check;
    u32 saddr, daddr;
};
struct ipv6hdr {
    u8 start[4];
    u16 payload_len;
    u8 nexthdr, hop_limit;
    u32 saddr[4], daddr[4];
};
struct tcphdr {
    u16 source, dest;
    u32 seq, ack_seq;
    u16 res1 : 4, doff : 4, fin : 1, syn : 1, rst : 1, psh : 1, ack : 1, urg : 1, ece : 1, cwr : 1;
    u16 window, check, urg_ptr;
};
struct udphdr {
    u16 source, dest, len, check;
};
#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd
#define htons(number) ((u16)__builtin_bswap16(number))
#define htonl(number) ((u32)__builtin_bswap32(number))
