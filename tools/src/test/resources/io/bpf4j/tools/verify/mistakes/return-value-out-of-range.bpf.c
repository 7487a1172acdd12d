#include "mistake.h"

SEC("cgroup/dev")
int probe(void *ctx)
{
    return 7;
}
