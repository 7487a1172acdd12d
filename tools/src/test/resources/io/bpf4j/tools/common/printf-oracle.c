// Prints what C prints: a letter for the type, a format, a tab and the value in; text and a zero byte out.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    static char line[65536];
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        char *value = strchr(line, '\t');
        *value++ = 0;
        char *format = line + 1;
        switch (line[0]) {
            case 'b': printf(format, (signed char) strtoll(value, 0, 10)); break;
            case 'B': printf(format, (unsigned char) strtoull(value, 0, 10)); break;
            case 'h': printf(format, (short) strtoll(value, 0, 10)); break;
            case 'H': printf(format, (unsigned short) strtoull(value, 0, 10)); break;
            case 'i': printf(format, (int) strtoll(value, 0, 10)); break;
            case 'I': printf(format, (unsigned) strtoull(value, 0, 10)); break;
            case 'l': printf(format, strtoll(value, 0, 10)); break;
            case 'L': printf(format, strtoull(value, 0, 10)); break;
            case 's': printf(format, value); break;
            default: return 1;
        }
        putchar(0);
        fflush(stdout);
    }
    return 0;
}
