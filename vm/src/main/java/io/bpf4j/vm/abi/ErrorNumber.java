package io.bpf4j.vm.abi;

/** The errors that helpers and maps return, as negative numbers (include/uapi/asm-generic/errno-base.h, errno.h). */
public enum ErrorNumber {
    EPERM(1),
    ENOENT(2),
    E2BIG(7),
    EAGAIN(11),
    ENOMEM(12),
    EFAULT(14),
    EBUSY(16),
    EEXIST(17),
    EINVAL(22),
    ENOSPC(28),
    ERANGE(34),
    EOVERFLOW(75),
    EOPNOTSUPP(95),
    /** Inside the kernel only, but maps return it to programs (include/linux/errno.h). */
    ENOTSUPP(524);

    private final int number;

    ErrorNumber(int number) {
        this.number = number;
    }

    /** Returns what a program gets in R0: the negative number. */
    public long result() {
        return -number;
    }
}
