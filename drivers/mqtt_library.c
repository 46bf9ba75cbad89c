/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_library.h"

#include <pthread.h>

static pthread_mutex_t handles = PTHREAD_MUTEX_INITIALIZER;

void mqtt_library_lock(void)
{
    pthread_mutex_lock(&handles);
}

void mqtt_library_unlock(void)
{
    pthread_mutex_unlock(&handles);
}
