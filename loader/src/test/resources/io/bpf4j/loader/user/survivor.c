/* Threads that compute, sleep, take signals, jump, fork and recurse through probed functions, and check every result. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile int stop;
static char wrong[200];
static long spins, jumps, faults, alarms, deeps, sleeps, forks;

static void fail(const char *what, long value) {
    if (!wrong[0]) {
        snprintf(wrong, sizeof wrong, "%s: %ld, errno %d", what, value, errno);
    }
}

__attribute__((noinline)) long work(long a, long b, long c, long d, long e, long f) {
    return a + 3 * b + 5 * c + 7 * d + 11 * e + 13 * f;
}

__attribute__((noinline)) double mixed(double x, long n, double y) {
    return x * n + y;
}

__attribute__((noinline)) long deep(long n) {
    volatile char room[40];
    room[n % 40] = 1;
    return n == 0 ? room[0] - 1 : deep(n - 1) + 1;
}

__attribute__((noinline)) void leap(sigjmp_buf *to, int value) {
    if (value > 0) {
        siglongjmp(*to, value);
    }
    fail("leap", value);
}

__attribute__((noinline)) int touch(volatile char *where) {
    return *where;
}

__attribute__((noinline)) long from_handler(long n) {
    return n * 2 + 1;
}

__attribute__((noinline)) int rest(long ns) {
    struct timespec pause = {0, ns};
    return clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, 0);
}

__attribute__((noinline)) int text(const char *string, long n) {
    return string == 0 ? -1 : (int)n;
}

static int hold[2];

__attribute__((noinline)) long wait_inside(int fd) {
    char got = 0;
    while (read(fd, &got, 1) < 0 && errno == EINTR) {}
    return got;
}

static void *blocker(void *unused) {
    if (wait_inside(hold[0]) != 'x') {
        fail("blocked", 0);
    }
    return unused;
}

static void *brief(void *number) {
    long n = (long)number;
    if (work(n, 0, 0, 0, 0, 0) != n) {
        fail("brief", n);
    }
    return 0;
}

static void storm(int count) {
    pthread_t threads[50];
    for (int done = 0; done < count; done += 50) {
        for (long i = 0; i < 50; i++) {
            if (pthread_create(&threads[i], 0, brief, (void *)(done + i))) {
                fail("pthread_create", done);
            }
        }
        for (int i = 0; i < 50; i++) {
            pthread_join(threads[i], 0);
        }
    }
}

static void *masked(void *unused) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, 0);
    while (!stop) {
        if (text((const char *)0x1234567890, 5) != 5) {
            fail("masked", 0);
        }
    }
    return unused;
}

static __thread sigjmp_buf *back;

static void on_fault(int signal, siginfo_t *info, void *context) {
    (void)context;
    if (signal == SIGSEGV && info->si_addr == (void *)0x10 && back) {
        siglongjmp(*back, 1);
    }
    static const char text[] = "a fault that is not ours\n";
    if (write(2, text, sizeof text - 1)) {}
    _exit(99);
}

static void on_alarm(int signal) {
    (void)signal;
    if (from_handler(21) != 43) {
        fail("from_handler", 0);
    }
    __atomic_add_fetch(&alarms, 1, __ATOMIC_RELAXED);
}

static void *spin(void *unused) {
    while (!stop) {
        for (long i = 0; i < 1000; i++) {
            if (work(i, 1, 2, 3, 4, 5) != i + 3 + 10 + 21 + 44 + 65) {
                fail("work", i);
            }
            if (mixed(0.5, i, 0.25) != 0.5 * i + 0.25) {
                fail("mixed", i);
            }
            if (text("a string of the victim", i) != i) {
                fail("text", i);
            }
            if (text((const char *)0x1234567890, i) != i || text((const char *)-4096L, i) != i) {
                fail("text at a bad address", i);
            }
        }
        __atomic_add_fetch(&spins, 1, __ATOMIC_RELAXED);
    }
    return unused;
}

static void *jumper(void *unused) {
    while (!stop) {
        sigjmp_buf here;
        volatile int which = 1 + jumps % 7;
        int value = sigsetjmp(here, 1);
        if (value == 0) {
            leap(&here, which);
            fail("no jump", which);
        } else if (value != which) {
            fail("jump", value);
        }
        sigjmp_buf fault;
        back = &fault;
        if (sigsetjmp(fault, 1) == 0) {
            touch((volatile char *)0x10);
            fail("no fault", 0);
        }
        back = 0;
        faults++;
        jumps++;
    }
    return unused;
}

static void *diver(void *unused) {
    while (!stop) {
        long n = 1 + deeps % 2000;
        if (deep(n) != n) {
            fail("deep", n);
        }
        deeps++;
        if (rest(50000)) {}
        sleeps++;
    }
    return unused;
}

static void *forker(void *unused) {
    while (!stop) {
        pid_t child = fork();
        if (child == 0) {
            _exit(work(1, 1, 1, 1, 1, 1) == 40 && deep(10) == 10 && text("child", 7) == 7 ? 42 : 43);
        }
        int status = 0;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 42) {
            fail("child", status);
        }
        forks++;
        rest(3000000);
    }
    return unused;
}

int main(int argc, char **argv) {
    const char *parts = argc > 1 ? argv[1] : "sjdfa";
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaction(SIGSEGV, &action, 0);
    struct sigaction alarm = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &alarm, 0);
    sigaction(SIGPROF, &alarm, 0);
    if (pipe(hold)) {
        return 2;
    }
    pthread_t threads[16];
    int n = 0;
    for (const char *part = parts; *part; part++) {
        void *(*run)(void *) = *part == 's' ? spin : *part == 'j' ? jumper : *part == 'd' ? diver
            : *part == 'f' ? forker
            : *part == 'm' ? masked : 0;
        if (run) {
            pthread_create(&threads[n++], 0, run, 0);
        } else if (*part == 'a') {
            struct itimerval every = {{0, 1000}, {0, 1000}};
            setitimer(ITIMER_REAL, &every, 0);
            struct itimerval cpu = {{0, 2000}, {0, 2000}};
            setitimer(ITIMER_PROF, &cpu, 0);
        }
    }
    puts("ready");
    fflush(stdout);
    char line[100];
    while (1) {
        if (fgets(line, sizeof line, stdin)) {
            if (!strncmp(line, "block", 5)) {
                pthread_create(&threads[n++], 0, blocker, 0);
                continue;
            }
            if (strncmp(line, "storm", 5)) {
                break;
            }
            storm(atoi(line + 5));
            puts("stormed");
            fflush(stdout);
        } else if (errno == EINTR) {
            clearerr(stdin);
            errno = 0;
        } else {
            break;
        }
    }
    stop = 1;
    if (write(hold[1], "x", 1) != 1) {
        fail("write", 1);
    }
    for (int i = 0; i < n; i++) {
        pthread_join(threads[i], 0);
    }
    printf("%s spins %ld jumps %ld faults %ld alarms %ld deeps %ld sleeps %ld forks %ld\n",
           wrong[0] ? wrong : "right", spins, jumps, faults, alarms, deeps, sleeps, forks);
    return wrong[0] != 0;
}
