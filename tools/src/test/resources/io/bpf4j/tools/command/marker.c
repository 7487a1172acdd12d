// Says whether its marker's counter is up, after each line that it reads.
#define _SDT_HAS_SEMAPHORES 1
#include <stdio.h>
#include <sys/sdt.h>

__attribute__((section(".probes"))) unsigned short demo_tick_semaphore;

int main(void) {
    char line[16];
    setvbuf(stdout, 0, _IOLBF, 0);
    puts("ready");
    while (fgets(line, sizeof line, stdin)) {
        DTRACE_PROBE1(demo, tick, line[0]);
        printf("counter %d\n", (int) demo_tick_semaphore);
    }
    return 0;
}
