/* Works in many ways at once and checks each result; ends with a line that says what was wrong. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int stop;
static volatile long spins, sleeps, bytes, polls, waits, alarms, queued;
static char wrong[200];
static int lenient; /* epoll_wait may be interrupted */
static int data[2];

static void fail(const char *what, long value) {
    if (!wrong[0]) {
        snprintf(wrong, sizeof wrong, "%s: %ld, errno %d", what, value, errno);
    }
}

/* Keeps values in vector and general registers over a loop without calls. */
__attribute__((noinline)) static long mix(long seed, double *sum) {
    double a = 1, b = 2, c = 3;
    long x = seed;
    for (int i = 0; i < 200; i++) {
        x = x * 6364136223846793005L + 1442695040888963407L;
        a += 1; b += 2; c += 3;
    }
    *sum = a + b + c;
    return x;
}

static void *spin(void *unused) {
    double sum;
    long expected = mix(7, &sum);
    while (!stop) {
        long got = mix(7, &sum);
        if (got != expected || sum != 1206) {
            fail("spin", got);
        }
        spins++;
    }
    return unused;
}

static void block_alarm(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &set, 0);
}

static void *sleeper(void *unused) {
    block_alarm();
    while (!stop) {
        struct timespec begin, end, pause = {0, 300000};
        clock_gettime(CLOCK_MONOTONIC, &begin);
        if (nanosleep(&pause, 0)) {
            fail("nanosleep", -1);
        }
        clock_gettime(CLOCK_MONOTONIC, &end);
        long took = (end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec - begin.tv_nsec;
        if (took < 300000) {
            fail("slept too short", took);
        }
        sleeps++;
    }
    return unused;
}

static void *writer(void *unused) {
    unsigned char next = 0;
    while (!stop) {
        unsigned char some[64];
        for (int i = 0; i < 64; i++) {
            some[i] = next++;
        }
        long done = write(data[1], some, 64);
        if (done != 64) {
            fail("write", done);
        }
        if (next == 0) {
            usleep(50);
        }
    }
    close(data[1]);
    return unused;
}

static void *reader(void *unused) {
    unsigned char next = 0, some[100];
    long got;
    while ((got = read(data[0], some, sizeof some)) > 0) {
        for (long i = 0; i < got; i++) {
            if (some[i] != next++) {
                fail("read byte", some[i]);
            }
        }
        bytes += got;
    }
    if (got) {
        fail("read", got);
    }
    return unused;
}

static void *poller(void *unused) {
    block_alarm();
    int set = epoll_create1(0), counter = eventfd(0, 0);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(set, EPOLL_CTL_ADD, counter, &event);
    while (!stop) {
        struct epoll_event got;
        struct pollfd one = {.fd = counter, .events = POLLIN};
        int count = epoll_wait(set, &got, 1, 1);
        if (count != 0 && !(lenient && errno == EINTR)) {
            fail("epoll_wait", count);
        }
        count = poll(&one, 1, 1);
        if (count != 0) {
            fail("poll", count);
        }
        polls++;
    }
    return unused;
}

static void *waiter(void *unused) {
    block_alarm();
    int word = 0;
    while (!stop) {
        struct timespec pause = {0, 1000000};
        long result = syscall(SYS_futex, &word, FUTEX_WAIT, 0, &pause, 0, 0);
        if (result != -1 || errno != ETIMEDOUT) {
            fail("futex", result);
        }
        waits++;
    }
    return unused;
}

static void on_alarm(int signal) {
    (void)signal;
    alarms++;
}

static volatile long expected_value;

static void on_queued(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)context;
    if (info->si_value.sival_int != expected_value) {
        fail("signal", info->si_value.sival_int);
    }
    expected_value++;
    queued++;
}

static void *sender(void *receiver) {
    block_alarm();
    for (int i = 0; !stop; i++) {
        union sigval value = {.sival_int = i};
        while (pthread_sigqueue(*(pthread_t *)receiver, SIGRTMIN, value)) {
            usleep(100);
        }
        usleep(200);
    }
    return 0;
}

int main(int count, char **arguments) {
    lenient = count > 1 && !strcmp(arguments[1], "lenient");
    pthread_t threads[7], spinning, sending;
    struct sigaction alarm = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    struct sigaction queue = {.sa_sigaction = on_queued, .sa_flags = SA_RESTART | SA_SIGINFO};
    struct itimerval tick = {{0, 1000}, {0, 1000}};
    char line[16];
    void *(*bodies[])(void *) = {sleeper, writer, reader, poller, waiter};
    sigaction(SIGALRM, &alarm, 0);
    sigaction(SIGRTMIN, &queue, 0);
    if (pipe(data)) {
        return 2;
    }
    pthread_create(&spinning, 0, spin, 0);
    for (int i = 0; i < 5; i++) {
        pthread_create(&threads[i], 0, bodies[i], 0);
    }
    pthread_create(&sending, 0, sender, &spinning);
    setitimer(ITIMER_REAL, &tick, 0);
    while (!spins || !sleeps || !bytes || !polls || !waits || !alarms || !queued) {
        usleep(100);
    }
    puts("ready");
    fflush(stdout);
    long got = read(0, line, sizeof line);
    if (got < 1) {
        fail("main read", got);
    }
    stop = 1;
    pthread_join(sending, 0);
    for (int i = 0; i < 5; i++) {
        pthread_join(threads[i], 0);
    }
    usleep(1000);
    pthread_join(spinning, 0);
    if (!spins || !sleeps || !bytes || !polls || !waits || !alarms || !queued) {
        fail("a thread did nothing", 0);
    }
    printf("%s spins %ld sleeps %ld bytes %ld polls %ld waits %ld alarms %ld queued %ld\n", wrong[0] ? wrong : "right",
            spins, sleeps, bytes, polls, waits, alarms, queued);
    return wrong[0] != 0;
}
