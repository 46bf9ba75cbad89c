/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why there is no TLS connection to a broker: the library's one line of OpenSSL's does not say whether a certificate
 * has expired, is of another name, or whether the broker wants one of ours.
 *
 * Errors: -EPROTO with words; 0 where nothing is wrong with it.
 * Threads: waits for at most three times timeout_ms and the resolver, so never in the loop's thread.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct mqtt_tls_setup {
    const char *host, *ca, *cert, *key; /* NULL: the system's authorities; no certificate of ours */
    uint16_t port;
};

int mqtt_tls_probe(const struct mqtt_tls_setup *setup, int timeout_ms, char *words, size_t size);
