/* Makes the same system calls in every run: one section for each letter of its argument. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void handler(int signal) { (void)signal; }

static int thread(void *unused)
{
    (void)unused;
    for (int i = 0; i < 7; i++)
        syscall(SYS_gettid);
    return 0;
}

/* Joins by watching memory: pthread_join would call the kernel, or not, as time will have it. */
static void run_thread(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    static volatile int alive;
    alive = 1;
    clone(thread, stack + sizeof stack, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD
            | CLONE_SYSVSEM | CLONE_CHILD_CLEARTID, 0, 0, 0, (int *)&alive);
    while (alive)
        ;
}

static void run_child(void)
{
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 11; i++)
            syscall(SYS_getuid);
        _exit(0);
    }
    waitpid(child, 0, 0);
}

static void section(char letter, char **argv)
{
    char byte;
    struct timespec pause = {0, 100 * 1000 * 1000};
    switch (letter) {
    case 'r': /* waits for a byte */
        read(0, &byte, 1);
        break;
    case 'b': /* calls that succeed and calls that fail */
        for (int i = 0; i < 1000; i++)
            syscall(SYS_getppid);
        for (int i = 0; i < 20; i++)
            open("/nonexistent", O_RDONLY);
        for (int i = 0; i < 5; i++)
            close(-1);
        break;
    case 'm': /* many calls */
        for (int i = 0; i < 1500000; i++)
            syscall(SYS_getppid);
        break;
    case 's': /* sleeps for 100 ms */
        nanosleep(&pause, 0);
        break;
    case 'h': /* signals to itself */
        signal(SIGUSR1, handler);
        for (int i = 0; i < 30; i++)
            raise(SIGUSR1);
        break;
    case 't': /* threads, 7 calls each */
        for (int i = 0; i < 3; i++)
            run_thread();
        break;
    case 'f': /* children, 11 calls each */
        for (int i = 0; i < 2; i++)
            run_child();
        break;
    case 'x': /* becomes itself, with the basic calls */
        execl(argv[0], argv[0], "b", (char *)0);
        break;
    }
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    for (char *letter = argv[1]; *letter; letter++)
        section(*letter, argv);
    return 0;
}
