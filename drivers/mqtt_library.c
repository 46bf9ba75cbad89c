/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_library.h"

#include <MQTTAsync.h>
#include <pthread.h>

static pthread_mutex_t handles = PTHREAD_MUTEX_INITIALIZER;

void mqtt_library_lock(void)
{
    pthread_mutex_lock(&handles);
    /* else it words each packet for a trace that nobody asked for, a tenth of what sending costs; the library's own
     * environment variables, which it reads with the first handle, still ask for one */
    MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_ERROR);
}

void mqtt_library_unlock(void)
{
    pthread_mutex_unlock(&handles);
}
