/* Processes in odd states, chosen by name; each says ready when it is in it, waits for a line, and says right. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char line[16];

static void ready(void) {
    if (write(1, "ready\n", 6) != 6) {
        _exit(2);
    }
}

static void wait_line(void) {
    long got = read(0, line, sizeof line);
    const char *words = got > 0 ? "right\n" : "wrong\n";
    if (write(1, words, 6) != 6) {
        _exit(2);
    }
}

/* All but what it needs itself kills the process. */
static void filtered(void) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_read, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_restart_syscall, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
        _exit(2);
    }
    ready();
    wait_line();
    _exit(0);
}

static void *rest(void *unused) {
    ready();
    wait_line();
    _exit(0);
    return unused;
}

static void *nothing(void *unused) {
    return unused;
}

static volatile int stop;

static void *reads(void *unused) {
    wait_line();
    stop = 1;
    return unused;
}

int main(int count, char **arguments) {
    const char *how = count > 1 ? arguments[1] : "";
    pthread_t thread;
    if (!strcmp(how, "filtered")) {
        filtered();
    } else if (!strcmp(how, "leaderless")) {
        pthread_create(&thread, 0, rest, 0);
        pthread_exit(0);
    } else if (!strcmp(how, "storm")) {
        pthread_attr_t detached;
        pthread_attr_init(&detached);
        pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
        pthread_create(&thread, 0, reads, 0);
        ready();
        while (!stop) {
            pthread_t one;
            int error = pthread_create(&one, &detached, nothing, 0);
            if (error && error != EAGAIN) {
                return 3;
            }
        }
        pthread_join(thread, 0);
    } else if (!strcmp(how, "vfork")) {
        int parent_says[2];
        if (pipe(parent_says)) {
            return 2;
        }
        int child = vfork();
        if (child == 0) {
            ready();
            wait_line();
            _exit(7);
        }
        int status;
        waitpid(child, &status, 0);
        return WEXITSTATUS(status) == 7 ? 0 : 4;
    } else if (!strcmp(how, "zombie")) {
        int child = fork();
        if (child == 0) {
            _exit(0);
        }
        siginfo_t info;
        waitid(P_PID, child, &info, WEXITED | WNOWAIT);
        ready();
        printf("%d\n", child);
        fflush(stdout);
        wait_line();
    } else {
        ready();
        wait_line();
    }
    return 0;
}
