package io.bpf4j.compiler.typed;

/** What the language offers as functions; the checker has made the arguments the types that are named here. */
public enum BuiltinFunction {
    /** {@code u32}: the process id (the kernel's tgid). */
    PID("pid"),
    /** {@code u32}: the thread id. */
    TID("tid"),
    /** {@code u32}: the real user id. */
    UID("uid"),
    /** {@code u32}: the real group id. */
    GID("gid"),
    /** {@code char[16]}: the thread's name. */
    COMM("comm"),
    /** {@code u64}: nanoseconds since boot, without suspend. */
    KTIME_NS("ktime_ns"),
    /** {@code u32}: the processor's number. */
    CPU("cpu"),
    /** {@code u32}: a random number. */
    RAND("rand"),
    /** {@code u64}: the address of the kernel's {@code struct task_struct} of the thread. */
    TASK("task"),
    /**
     * {@code u64 ([u32 level])}: the id of the thread's control group (version 2), or of the one above it that is at
     * a level, the topmost being 0; 0 if there is none that deep.
     */
    CGROUP_ID("cgroup_id"),
    /** {@code kstack_t ()}: the kernel's call stack, kept in the unit's stack_trace map. */
    STACK("stack"),
    /** {@code ustack_t ()}: the process's call stack, kept in the unit's stack_trace map. */
    USER_STACK("ustack"),
    /** {@code s64 (own pointer, address, u64 n)}: copies n bytes from the process; 0 or a negative errno. */
    READ_USER("read_user"),
    /** {@code s64 (own pointer, address, u64 n)}: copies text from the process; its length with NUL, or negative. */
    READ_USER_STR("read_user_str"),
    /** As READ_USER, from the kernel. */
    READ_KERNEL("read_kernel"),
    /** As READ_USER_STR, from the kernel. */
    READ_KERNEL_STR("read_kernel_str"),
    /** {@code u64 (own pointer to char, u64 constant limit)}: bytes before the first NUL, at most the limit. */
    STRLEN("strlen"),
    /** {@code s32 (own pointer, own pointer, u64 constant n)}: as C. */
    STRNCMP("strncmp"),
    /** {@code void (own pointer, own pointer, u64 constant n)}. */
    MEMCPY("memcpy"),
    /** {@code void (own pointer, u8 value, u64 constant n)}. */
    MEMSET("memset"),
    /** {@code T (T, T)} on one whole-number type. */
    MIN("min"),
    /** {@code T (T, T)} on one whole-number type. */
    MAX("max"),
    /** {@code u32 (u64)}: the number of significant bits, 0 for 0. */
    LOG2("log2"),
    /** {@code T *} into the kernel: the address of the program's context. The source cannot name it. */
    CONTEXT("");

    private final String spelling;

    BuiltinFunction(String spelling) {
        this.spelling = spelling;
    }

    /** Returns the name in the source. */
    public String spelling() {
        return spelling;
    }
}
