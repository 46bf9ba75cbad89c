/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *scheme;
    bool tls;
} schemes[] = {{"mqtt://", false}, {"tcp://", false}, {"mqtts://", true}, {"ssl://", true}};

static int parse_port(const char *text, uint16_t *ret)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits])
        return -EINVAL;
    long port = strtol(text, NULL, 10);
    if (port < 1 || port > UINT16_MAX)
        return -EINVAL;
    *ret = (uint16_t)port;
    return 0;
}

int mqtt_server_parse(const char *server, struct mqtt_server *ret)
{
    struct mqtt_server parsed = {0};
    const char *host = server, *end;
    bool known = !strstr(server, "://");
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strncmp(server, schemes[i].scheme, strlen(schemes[i].scheme)) == 0) {
            host = server + strlen(schemes[i].scheme);
            parsed.tls = schemes[i].tls;
            known = true;
        }
    bool v6 = host[0] == '[';
    if (v6)
        host++;
    end = host + strcspn(host, v6 ? "]" : ":");
    const char *rest = v6 && *end ? end + 1 : end;
    size_t n = (size_t)(end - host);
    if (!known || n == 0 || n >= sizeof parsed.host || (v6 && *end != ']') || memchr(host, '/', n) ||
        memchr(host, '@', n) || memchr(host, ' ', n))
        return -EINVAL;
    memcpy(parsed.host, host, n);
    parsed.port = parsed.tls ? 8883 : 1883; /* IANA: secure-mqtt, mqtt */
    if (*rest && (*rest != ':' || parse_port(rest + 1, &parsed.port) < 0))
        return -EINVAL;
    snprintf(parsed.uri, sizeof parsed.uri, v6 ? "%s[%s]:%u" : "%s%s:%u", parsed.tls ? "ssl://" : "tcp://", parsed.host,
             parsed.port);
    *ret = parsed;
    return 0;
}

void mqtt_tls_reason(const char *line, size_t n, char *buf, size_t size)
{
    const char *p = line, *end = line + n;
    for (int field = 0; field < 5 && p; field++) {
        p = memchr(p, ':', (size_t)(end - p));
        p = p ? p + 1 : NULL;
    }
    size_t length = 0;
    if (p)
        while (p + length < end && p[length] != ':' && p[length] != '\n' && length + 1 < size)
            length++;
    memcpy(buf, p ? p : "", length);
    buf[length] = '\0';
}

/* Answers to CONNECT that people meet; user says whose name or password it is about. */
static const struct {
    int v3, v5;
    const char *words;
    bool user;
} answers[] = {
    {1, 132, "the broker does not speak this version of MQTT", false},
    {2, 133, "the broker does not accept the client id", false},
    {3, 136, "the broker is not available", false},
    {4, 134, "the broker refuses the user name or password", true},
    {5, 135, "the broker refuses the user name or password: not authorised", true},
    {-1, 137, "the broker is busy", false},
    {-1, 138, "the broker has banned this client", true},
    {-1, 140, "the broker does not accept the way of authentication", true},
    {-1, 149, "the message is larger than the broker takes", false},
    {-1, 151, "the broker's quota is used up", false},
};

static void broker_words(char *buf, size_t size, const char *user, const struct mqtt_cause *cause)
{
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (cause->code != (cause->version == 5 ? answers[i].v5 : answers[i].v3))
            continue;
        if (!answers[i].user)
            snprintf(buf, size, "%s (code %d)", answers[i].words, cause->code);
        else if (user)
            snprintf(buf, size, "%s (user '%s', code %d)", answers[i].words, user, cause->code);
        else
            snprintf(buf, size, "%s (no user is configured, code %d)", answers[i].words, cause->code);
        return;
    }
    snprintf(buf, size, "the broker refuses the connection (code %d)", cause->code);
}

static void tls_words(char *buf, size_t size, const struct mqtt_server *server, const struct mqtt_cause *cause)
{
    if (strstr(cause->tls, "certificate verify failed"))
        snprintf(buf, size, "its certificate is not signed by a known authority, or has expired (TLS: %s)", cause->tls);
    else if (cause->tls[0])
        snprintf(buf, size, "no TLS connection (%s)", cause->tls);
    else
        /* a certificate for another name is the one TLS failure for which OpenSSL leaves no words */
        snprintf(buf, size,
                 "its certificate is not for the name '%s', or it closed the connection during the TLS "
                 "handshake",
                 server->host);
}

void mqtt_words(char *buf, size_t size, const struct mqtt_server *server, const char *user,
                const struct mqtt_cause *cause)
{
    char why[400];
    if (cause->refused_by_broker)
        broker_words(why, sizeof why, user, cause);
    else if (cause->reach[0])
        snprintf(why, sizeof why, "%s", cause->reach);
    else if (cause->was_connected && cause->large)
        snprintf(why, sizeof why,
                 "the connection was lost after a message of %zu bytes on '%s': it may take none so large",
                 cause->large, cause->topic);
    else if (cause->was_connected)
        snprintf(why, sizeof why, "%s", "the connection was lost");
    else if (server->tls)
        tls_words(why, sizeof why, server, cause);
    else
        snprintf(why, sizeof why, "%s", "it takes connections, but does not answer as an MQTT broker");
    snprintf(buf, size, "broker %s:%u: %s", server->host, server->port, why);
}
