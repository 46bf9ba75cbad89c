/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a command to the Edge Node, and as the state of its primary host. */
#include "daemon/sparkplug_command.h"
#include "tests/fuzz/once.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool rebirth = false, again = false;
    struct sparkplug_host_state state = {false, -1};
    int rc = sparkplug_command_decode(data, size, &rebirth);
    if (rc < 0 && rebirth)
        abort();
    if (sparkplug_command_decode(data, size, &again) != rc || again != rebirth)
        abort();
    if (sparkplug_host_decode(data, size, &state) == 0 && state.ts_ms < 0)
        abort();
    return 0;
}
