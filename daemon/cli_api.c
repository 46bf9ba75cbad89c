/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli_api.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_API "unix:/run/wattwacht/api.sock"
#define ANSWER_MAX  (256 * 1024 * 1024) /* a million points */

struct api {
    CURL *curl;
    char *base, *url;
    char *text;
    size_t n;
};

int api_open(const char *base, struct api **ret, char words[300])
{
    if (!base)
        base = DEFAULT_API;
    bool local = !strncmp(base, "unix:", 5);
    if (!(local && base[5]) && strncmp(base, "http://", 7) != 0 && strncmp(base, "https://", 8) != 0) {
        snprintf(words, 300, "%.200s: expected unix:PATH or http://HOST:PORT", base);
        return CLI_USAGE;
    }
    struct api *api = calloc(1, sizeof *api);
    CURL *curl = curl_easy_init();
    if (!api || !curl)
        abort();
    api->curl = curl;
    api->base = strdup(base);
    if (local)
        curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, base + 5);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 5L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    api->url = strdup(local ? "http://localhost" : base);
    if (!api->base || !api->url)
        abort();
    *ret = api;
    return CLI_DONE;
}

void api_close(struct api *api)
{
    if (!api)
        return;
    curl_easy_cleanup(api->curl);
    free(api->base);
    free(api->url);
    free(api->text);
    free(api);
}

static size_t on_bytes(char *bytes, size_t size, size_t n, void *user)
{
    struct api *api = user;
    size_t add = size * n;
    char *text = api->n + add < ANSWER_MAX ? realloc(api->text, api->n + add + 1) : NULL;
    if (!text)
        return 0;
    memcpy(text + api->n, bytes, add);
    api->text = text;
    api->n += add;
    api->text[api->n] = '\0';
    return add;
}

static char *url_of(struct api *api, const char *path, const char *name, const char *value)
{
    char *url = NULL, *escaped = value ? curl_easy_escape(api->curl, value, 0) : NULL;
    size_t n = strlen(api->url);
    while (n && api->url[n - 1] == '/')
        n--;
    if (asprintf(&url, "%.*s%s%s%s%s%s", (int)n, api->url, path, escaped ? "?" : "", escaped ? name : "",
                 escaped ? "=" : "", escaped ? escaped : "") < 0)
        abort();
    curl_free(escaped);
    return url;
}

static CURLcode perform(struct api *api, const char *url, const json_t *body)
{
    char *text = body ? json_dumps(body, JSON_REAL_PRECISION(15)) : NULL;
    struct curl_slist *heads = curl_slist_append(NULL, "Content-Type: application/json");
    heads = curl_slist_append(heads, "Expect:");
    api->n = 0;
    curl_easy_setopt(api->curl, CURLOPT_URL, url);
    curl_easy_setopt(api->curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(api->curl, CURLOPT_WRITEDATA, api);
    if (text) {
        curl_easy_setopt(api->curl, CURLOPT_POSTFIELDS, text);
        curl_easy_setopt(api->curl, CURLOPT_HTTPHEADER, heads);
    } else {
        curl_easy_setopt(api->curl, CURLOPT_HTTPGET, 1L);
        curl_easy_setopt(api->curl, CURLOPT_HTTPHEADER, NULL);
    }
    CURLcode code = curl_easy_perform(api->curl);
    curl_easy_setopt(api->curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(heads);
    free(text);
    return code;
}

/* The words of an error object, or of what is none. */
static int refused(const json_t *answer, long status, char words[300])
{
    const json_t *error = json_object_get(answer, "error");
    const char *what = json_string_value(json_object_get(error, "what"));
    if (what)
        snprintf(words, 300, "%.280s", what);
    else
        snprintf(words, 300, "the daemon answers with HTTP status %ld", status);
    return CLI_NO;
}

int api_ask(struct api *api, const char *path, const char *name, const char *value, const json_t *body,
            json_t **ret_answer, char words[300])
{
    char *url = url_of(api, path, name, value);
    CURLcode code = perform(api, url, body);
    free(url);
    if (code != CURLE_OK) {
        snprintf(words, 300, "%.120s: the daemon cannot be reached: %.120s", api->base, curl_easy_strerror(code));
        return CLI_UNREACHABLE;
    }
    long status = 0;
    curl_easy_getinfo(api->curl, CURLINFO_RESPONSE_CODE, &status);
    json_t *answer = json_loadb(api->text ? api->text : "", api->n, 0, NULL);
    if (status != 200 || !answer) {
        int r = refused(answer, status, words);
        json_decref(answer);
        return r;
    }
    *ret_answer = answer;
    return CLI_DONE;
}

int api_call(const struct cli *cli, const char *path, const char *name, const char *value, const json_t *body,
             json_t **ret_answer)
{
    char words[300] = "";
    struct api *api = NULL;
    int r = api_open(cli->options.api, &api, words);
    if (!r)
        r = api_ask(api, path, name, value, body, ret_answer, words);
    api_close(api);
    return r ? cli_fail(cli, (enum cli_exit)r, "", "%s", words) : CLI_DONE;
}
