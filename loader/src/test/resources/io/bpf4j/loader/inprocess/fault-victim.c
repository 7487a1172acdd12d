// Runs machine code that reads what is not there, with the code's own handler of the signals that come of it.
// Usage: fault-victim CODE CODE_ADDRESS HANDLER ENTER PROGRAM BLOCK_ADDRESS BLOCK_BYTES PROCESS_ADDRESS CASE...
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#define CONTEXT 256
#define SHARD 12
#define OWN_PID 80
#define TRAMPOLINE 96
#define OLD_SEGMENT_HANDLER 96
#define OLD_BUS_HANDLER 104

static sigjmp_buf back;
static volatile int own_faults;

static void own_handler(int signal, siginfo_t *info, void *context) {
    own_faults++;
    siglongjmp(back, 1);
}

static void *map(uint64_t address, size_t size, int protection, int flags, int fd) {
    void *place = mmap((void *) address, size, protection, flags | MAP_PRIVATE, fd, 0);
    if (place == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    return place;
}

static void install(int signal, uint64_t handler, uint64_t *old) {
    struct sigaction action = {.sa_sigaction = (void *) handler, .sa_flags = SA_SIGINFO | SA_NODEFER}, before;
    sigaction(signal, &action, &before);
    *old = (uint64_t) before.sa_sigaction;
}

int main(int argc, char **argv) {
    uint64_t number[9];
    for (int i = 2; i < 9; i++) {
        number[i] = strtoull(argv[i], 0, 0);
    }
    int fd = open(argv[1], O_RDONLY);
    struct stat status;
    fstat(fd, &status);
    map(number[2], status.st_size, PROT_READ | PROT_EXEC, MAP_FIXED_NOREPLACE, fd);
    char *block = map(number[6], number[7], PROT_READ | PROT_WRITE, MAP_FIXED_NOREPLACE | MAP_ANONYMOUS, -1);
    char *process = map(number[8], 4096, PROT_READ | PROT_WRITE, MAP_FIXED_NOREPLACE | MAP_ANONYMOUS, -1);
    *(uint32_t *) (block + OWN_PID) = getpid();
    long (*enter)(void *) = (void *) (number[2] + number[4]);

    struct sigaction own = {.sa_sigaction = own_handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
    int chained = !strcmp(argv[9], "chain");
    if (chained) {
        sigaction(SIGSEGV, &own, 0);
    }
    install(SIGSEGV, number[2] + number[3], (uint64_t *) (process + OLD_SEGMENT_HANDLER));
    install(SIGBUS, number[2] + number[3], (uint64_t *) (process + OLD_BUS_HANDLER));

    // Three pages, of which the middle one is there; and a page of a file that has none.
    char *hole = map(0, 3 * 4096, PROT_NONE, MAP_ANONYMOUS, -1);
    mprotect(hole + 4096, 4096, PROT_READ | PROT_WRITE);
    for (int i = 0; i < 4096; i++) {
        hole[4096 + i] = 'a' + i % 26;
    }
    int empty = memfd_create("empty", 0);
    char *bus = map(0, 4096, PROT_READ, 0, empty);

    for (int i = 9; i < argc; i++) {
        char what[32];
        long offset, size;
        if (sscanf(argv[i], "%31[a-z]:%li:%li", what, &offset, &size) == 3) {
            static char target[8192];
            memset(target, '#', sizeof target);
            uint64_t base = !strcmp(what, "page") ? (uint64_t) hole + 4096 : !strcmp(what, "bus") ? (uint64_t) bus : 0;
            uint64_t *context = (uint64_t *) (block + CONTEXT);
            context[0] = base + offset;
            context[1] = size;
            context[2] = (uint64_t) target;
            uint64_t *trampoline = (uint64_t *) (block + TRAMPOLINE);
            trampoline[0] = number[2] + number[5];
            trampoline[1] = (uint64_t) context;
            trampoline[3] = 1;
            printf("%ld ", enter(block));
            for (int j = 0; j < 24; j++) {
                putchar(target[j] ? target[j] : '0');
            }
            printf(" %c\n", target[size > 0 ? size - 1 : 0] ? target[size > 0 ? size - 1 : 0] : '0');
        } else if (chained && !strcmp(argv[i], "fault")) {
            if (!sigsetjmp(back, 1)) {
                *(volatile char *) hole = 1;
            }
            printf("own %d\n", own_faults);
        } else if (!strcmp(argv[i], "crash")) {
            fflush(stdout);
            *(volatile char *) hole = 1;
            printf("alive\n");
        } else if (!strcmp(argv[i], "sent")) {
            fflush(stdout);
            raise(SIGSEGV);
            printf("alive\n");
        }
    }
    return 0;
}
