/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_tls.h"

#include <errno.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int open_socket(const struct mqtt_tls_setup *setup, int timeout_ms)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found;
    struct timeval wait = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
    char port[8];
    int fd = -1;
    snprintf(port, sizeof port, "%u", setup->port);
    if (getaddrinfo(setup->host, port, &hints, &found) != 0)
        return -1;
    for (const struct addrinfo *at = found; at && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        /* SO_SNDTIMEO bounds connect(2) too */
        if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) < 0 ||
                        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) < 0 ||
                        connect(fd, at->ai_addr, at->ai_addrlen) < 0)) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    return fd;
}

static void verify_words(char *words, size_t size, const char *host, long why)
{
    switch (why) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: snprintf(words, size, "its certificate is not for the name '%s'", host); break;
    case X509_V_ERR_CERT_HAS_EXPIRED: snprintf(words, size, "its certificate has expired"); break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        snprintf(words, size, "its certificate is not valid yet: is the clock right here?");
        break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        snprintf(words, size, "its certificate is not signed by a known authority (%s)",
                 X509_verify_cert_error_string(why));
        break;
    default: snprintf(words, size, "its certificate is not accepted (%s)", X509_verify_cert_error_string(why)); break;
    }
}

/* Reads what the broker says against us: nothing within the time is a good sign, since we have said nothing yet. */
static int hear_out(SSL *ssl)
{
    char byte;
    int n = SSL_read(ssl, &byte, 1);
    return n > 0 || SSL_get_error(ssl, n) == SSL_ERROR_SYSCALL || SSL_get_error(ssl, n) == SSL_ERROR_WANT_READ
               ? 0
               : -EPROTO;
}

static int shake_hands(const struct mqtt_tls_setup *setup, SSL *ssl, char *words, size_t size)
{
    int r = SSL_connect(ssl) == 1 ? 0 : -EPROTO;
    long verified = SSL_get_verify_result(ssl);
    /* in TLS 1.3 the broker looks at our certificate after the handshake. Source: RFC 8446, section 4.4.2.4 */
    if (r == 0)
        r = hear_out(ssl);
    if (r == 0)
        return 0;
    unsigned long error = ERR_peek_error();
    const char *reason = ERR_reason_error_string(error);
    if (verified != X509_V_OK)
        verify_words(words, size, setup->host, verified);
    else if (!setup->cert && reason && (strstr(reason, "certificate required") || strstr(reason, "handshake failure")))
        snprintf(words, size, "it wants a certificate of ours: cert and key (TLS: %s)", reason);
    else
        snprintf(words, size, "no TLS connection (%s)", reason ? reason : "it closed the connection in the handshake");
    return r;
}

int mqtt_tls_probe(const struct mqtt_tls_setup *setup, int timeout_ms, char *words, size_t size)
{
    int fd = open_socket(setup, timeout_ms), r = 0;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl = NULL;
    ERR_clear_error();
    if (fd < 0 || !context)
        goto end; /* not TLS's fault */
    r = -EPROTO;
    if (setup->ca ? SSL_CTX_load_verify_locations(context, setup->ca, NULL) != 1
                  : SSL_CTX_set_default_verify_paths(context) != 1)
        snprintf(words, size, "the authorities in %s cannot be read (%s)",
                 setup->ca ? setup->ca : "the system's directory", ERR_reason_error_string(ERR_peek_last_error()));
    else if (setup->cert && SSL_CTX_use_certificate_chain_file(context, setup->cert) != 1)
        snprintf(words, size, "our certificate %s cannot be read (%s)", setup->cert,
                 ERR_reason_error_string(ERR_peek_last_error()));
    else if (setup->key && SSL_CTX_use_PrivateKey_file(context, setup->key, SSL_FILETYPE_PEM) != 1)
        snprintf(words, size, "our key %s cannot be read, or is of another certificate (%s)", setup->key,
                 ERR_reason_error_string(ERR_peek_last_error()));
    else if ((ssl = SSL_new(context)) && SSL_set_fd(ssl, fd) == 1) {
        SSL_set_tlsext_host_name(ssl, setup->host);
        SSL_set1_host(ssl, setup->host);
        SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
        r = shake_hands(setup, ssl, words, size);
    }
end:
    SSL_free(ssl);
    SSL_CTX_free(context);
    if (fd >= 0)
        close(fd);
    ERR_clear_error();
    return r;
}
