// Calls work(ROUND * 10 + i) three times in each round; in the end returns what the last call gave.
// With a second argument LIBRARY it loads that before each round, calls plug(ROUND) in it until it has been patched, or
// for 10 s, and unloads it. With a second argument "exec" it becomes itself for each further round.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

__attribute__((noinline)) int work(int number) {
    volatile int values[4];
    values[0] = number;
    values[1] = number + 1;
    return values[0] * 2 + values[1];
}

static void pause_briefly(void) {
    struct timespec time = {0, 10 * 1000 * 1000};
    nanosleep(&time, 0);
}

static void await_patch(const void *code) {
    unsigned char before[8];
    memcpy(before, code, sizeof before);
    for (int i = 0; i < 1000 && memcmp(before, code, sizeof before) == 0; i++) {
        pause_briefly();
    }
}

static void use_library(const char *path, int round) {
    void *library = dlopen(path, RTLD_NOW);
    int (*plug)(int) = library ? (int (*)(int)) dlsym(library, "plug") : 0;
    if (plug) {
        await_patch((const void *) plug);
        plug(round);
        dlclose(library);
    } else {
        puts("no library");
    }
}

int main(int count, char **arguments) {
    int rounds = count > 1 ? atoi(arguments[1]) : 1;
    const char *second = count > 2 ? arguments[2] : 0;
    int result = 0;
    int is_exec = second && strcmp(second, "exec") == 0;
    if (is_exec && count > 3) {
        await_patch((const void *) work);
    }
    for (int round = 0; round < (is_exec ? 1 : rounds); round++) {
        for (int i = 0; i < 3; i++) {
            result = work((is_exec ? rounds : round) * 10 + i);
        }
        if (second && !is_exec) {
            use_library(second, round);
        }
    }
    if (is_exec && rounds > 0) {
        char rest[16];
        snprintf(rest, sizeof rest, "%d", rounds - 1);
        execl("/proc/self/exe", arguments[0], rest, "exec", "again", (char *) 0);
    }
    return result & 0x7f;
}
