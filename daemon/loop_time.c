/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/loop_time.h"

#include "daemon/moment.h"

#include <systemd/sd-event.h>

#define SLOW_US 50000

/* sd_event_run() would hide the time of the callbacks behind the time of waiting. */
int loop_run(sd_event *loop, uint64_t *slow_turns)
{
    int code = 0;
    while (sd_event_get_state(loop) != SD_EVENT_FINISHED) {
        int r = sd_event_prepare(loop);
        if (r == 0)
            r = sd_event_wait(loop, UINT64_MAX);
        if (r < 0)
            return r;
        if (r == 0)
            continue;
        int64_t begin = moment_now().boot_us;
        r = sd_event_dispatch(loop);
        if (r < 0)
            return r;
        if (moment_now().boot_us - begin > SLOW_US)
            (*slow_turns)++;
    }
    sd_event_get_exit_code(loop, &code);
    return code;
}
