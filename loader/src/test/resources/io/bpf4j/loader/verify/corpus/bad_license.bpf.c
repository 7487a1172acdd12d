/* Helpers that only programs under the kernel's licence may call. */
#include "corpus.h"

SEC("kprobe/vfs_read")
int bad_reads_kernel(struct pt_regs *regs)
{
    u64 value = 0;
    bpf_probe_read_kernel(&value, sizeof(value), (void *)regs->di);
    return value & 1;
}

SEC("kprobe/vfs_read")
int bad_prints(struct pt_regs *regs)
{
    bpf_printk("hello");
    return 0;
}

SEC("kprobe/vfs_read")
int free_to_call(struct pt_regs *regs)
{
    return bpf_get_current_pid_tgid() & 1;
}

LICENSE("Proprietary");
