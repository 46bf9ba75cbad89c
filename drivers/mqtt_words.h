/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A broker's address, and why it cannot be reached, in words.
 *
 * Shape: server is [SCHEME://]HOST[:PORT], SCHEME mqtt or tcp (port 1883), mqtts or ssl (8883); HOST may be [V6].
 * Errors: -EINVAL.
 * Source: MQTT 3.1.1 table 3.1 and MQTT 5.0 table 3-1 (answers to CONNECT); paho.mqtt.c 1.3.12 (own codes < 0).
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mqtt_server {
    char host[256]; /* without brackets */
    uint16_t port;
    bool tls;
    char uri[300]; /* as the library wants it */
};

/* What is known of an attempt that failed, or of a connection that ended. */
struct mqtt_cause {
    bool was_connected;
    bool refused_by_broker; /* it answered CONNECT with code */
    int code;
    unsigned version; /* 3 or 5: which table code is of */
    char tls[160];    /* OpenSSL's reason; "" */
    size_t large;     /* the connection ended soon, and this was its largest message; 0 */
    char topic[128];  /* of it */
    char reach[160];  /* why not even TCP works, in words; "" when it does */
};

int mqtt_server_parse(const char *server, struct mqtt_server *ret);
/* The reason of a line of ERR_print_errors: thread:error:number:library:function:reason:file:line: */
void mqtt_tls_reason(const char *line, size_t n, char *buf, size_t size);
void mqtt_words(char *buf, size_t size, const struct mqtt_server *server, const char *user,
                const struct mqtt_cause *cause);
