/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/moment.h"

#include <time.h>

struct moment moment_now(void)
{
    struct timespec wall, boot;
    clock_gettime(CLOCK_REALTIME, &wall);
    clock_gettime(CLOCK_BOOTTIME, &boot);
    return (struct moment){wall.tv_sec * 1000LL + wall.tv_nsec / 1000000,
                           boot.tv_sec * 1000000LL + boot.tv_nsec / 1000};
}
