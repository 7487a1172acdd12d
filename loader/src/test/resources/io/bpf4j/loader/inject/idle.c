/* Waits in one system call, given by name, and says what it gave; an exported function for callers from outside. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int word;

static void on_signal(int signal) {
    char name[32];
    int length = snprintf(name, sizeof name, "signal %d\n", signal);
    if (write(1, name, length) < 0) {
        _exit(3);
    }
}

/* Reads with known values in registers, and returns what was read, or the number of the first register that changed. */
static long read_keeping_registers(char *line, long size) {
    long result;
    register long changed __asm__("r14") = 0;
    __asm__ volatile(
            "mov $0x1111, %%r12; mov $0x2222, %%r13; mov $0x3333, %%r8; mov $0x4444, %%r9; mov $0x5555, %%r10\n\t"
            "mov $0x6666, %%rbx; movq %%r12, %%xmm0; movq %%r13, %%xmm15; pushq $0x7777; fildll (%%rsp); pop %%r15\n\t"
            "push $0x1f00; ldmxcsr (%%rsp); pop %%r15; mov $0x8888, %%r15\n\t"
            "xor %%eax, %%eax; syscall\n\t"
            "cmp $0x1111, %%r12; jne 1f; cmp $0x2222, %%r13; jne 1f; cmp $0x3333, %%r8; jne 1f\n\t"
            "cmp $0x4444, %%r9; jne 1f; cmp $0x5555, %%r10; jne 1f; cmp $0x6666, %%rbx; jne 1f\n\t"
            "cmp $0x8888, %%r15; jne 1f; movq %%xmm0, %%r12; cmp $0x1111, %%r12; jne 2f\n\t"
            "movq %%xmm15, %%r13; cmp $0x2222, %%r13; jne 2f\n\t"
            "push $0; fistpll (%%rsp); pop %%r12; cmp $0x7777, %%r12; jne 3f\n\t"
            "push $0; stmxcsr (%%rsp); pop %%r12; cmp $0x1f00, %%r12; jne 3f; jmp 4f\n"
            "1: mov $1, %%r14; jmp 4f\n"
            "2: mov $2, %%r14; jmp 4f\n"
            "3: mov $3, %%r14\n"
            "4:\n\t"
            "push $0x1f80; ldmxcsr (%%rsp); pop %%r12"
            : "=a"(result), "+r"(changed)
            : "D"(0), "S"(line), "d"(size)
            : "rcx", "r8", "r9", "r10", "r11", "r12", "r13", "r15", "rbx", "xmm0", "xmm15", "memory", "cc");
    return changed ? -changed : result;
}

int main(int count, char **arguments) {
    const char *how = count > 1 ? arguments[1] : "read";
    long result = 0;
    char line[16];
    double kept = 1.5;
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, 0);
    struct pollfd in = {.fd = 0, .events = POLLIN};
    struct epoll_event event = {.events = EPOLLIN}, got;
    struct timespec pause_time = {2, 0};
    sigset_t none;
    sigemptyset(&none);
    puts("ready");
    fflush(stdout);
    __asm__ volatile("" : "+x"(kept));
    if (!strcmp(how, "read")) {
        result = read(0, line, sizeof line);
    } else if (!strcmp(how, "poll")) {
        result = poll(&in, 1, 10000);
    } else if (!strcmp(how, "ppoll")) {
        result = ppoll(&in, 1, &pause_time, &none);
    } else if (!strcmp(how, "epoll")) {
        int set = epoll_create1(0);
        epoll_ctl(set, EPOLL_CTL_ADD, 0, &event);
        result = epoll_wait(set, &got, 1, 10000);
    } else if (!strcmp(how, "sleep")) {
        result = nanosleep(&pause_time, &pause_time);
    } else if (!strcmp(how, "futex")) {
        result = syscall(SYS_futex, &word, FUTEX_WAIT, 0, &pause_time, 0, 0);
        result = result == -1 && errno == ETIMEDOUT ? 0 : result;
    } else if (!strcmp(how, "registers")) {
        result = read_keeping_registers(line, sizeof line);
    } else if (!strcmp(how, "spin")) {
        while (poll(&in, 1, 0) == 0) {
            for (volatile int i = 0; i < 100000; i++) {
            }
        }
    }
    int error = errno;
    __asm__ volatile("" : "+x"(kept));
    if (kept != 1.5) {
        printf("%s lost a vector register\n", how);
    }
    printf("%s gave %ld%s%s\n", how, result, result < 0 ? " " : "", result < 0 ? strerror(error) : "");
    fflush(stdout);
    return 0;
}
