/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_access.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN_MIN 16
#define TOKEN_MAX 256

static bool same(const char *token, const char *given)
{
    size_t n = strlen(token);
    return given && strlen(given) == n && CRYPTO_memcmp(token, given, n) == 0;
}

bool web_access_granted(const char *token, struct MHD_Connection *connection)
{
    if (!token)
        return true;
    const char *header = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
    if (header && !strncasecmp(header, "Bearer ", 7))
        return same(token, header + 7 + strspn(header + 7, " "));
    char *password = NULL, *name = MHD_basic_auth_get_username_password(connection, &password);
    bool granted = same(token, password);
    if (name)
        MHD_free(name);
    if (password)
        MHD_free(password);
    return granted;
}

int web_access_token(const char *file, char **ret, char words[240])
{
    char path[4096], text[TOKEN_MAX + 2];
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    struct stat st;
    snprintf(path, sizeof path, "%s%s",
             file        ? file
             : directory ? directory
                         : "",
             file || !directory ? "" : "/web-token");
    if (!*path)
        return -ENOENT;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        snprintf(words, 240, "%.180s: %s", path, strerror(errno));
        return -errno;
    }
    /* systemd's credentials have modes of its own */
    bool open_to_others = fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (file && (st.st_mode & 077));
    ssize_t n = read(fd, text, sizeof text);
    close(fd);
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        n--;
    if (open_to_others || n < TOKEN_MIN || n > TOKEN_MAX || memchr(text, '\0', (size_t)n)) {
        snprintf(words, 240, "%.150s: expected %d to %d characters in a file that only its owner can read", path,
                 TOKEN_MIN, TOKEN_MAX);
        return -EINVAL;
    }
    *ret = strndup(text, (size_t)n);
    return *ret ? 0 : -ENOMEM;
}
