/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmpd_peer.h"
#include "free_port.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SNMPD    "/usr/sbin/snmpd"
#define START_MS 60000

static const char *const users[] = {
    "createUser none\nrouser none noauth .1",
    "createUser md5 MD5 auth-secret-1\nrouser md5 auth .1",
    "createUser sha SHA auth-secret-1\nrouser sha auth .1",
    "createUser sha224 SHA-224 auth-secret-1\nrouser sha224 auth .1",
    "createUser sha256 SHA-256 auth-secret-1\nrouser sha256 auth .1",
    "createUser sha384 SHA-384 auth-secret-1\nrouser sha384 auth .1",
    "createUser sha512 SHA-512 auth-secret-1\nrouser sha512 auth .1",
    "createUser md5des MD5 auth-secret-1 DES priv-secret-1\nrouser md5des priv .1",
    "createUser shaaes SHA auth-secret-1 AES priv-secret-1\nrouser shaaes priv .1",
    "createUser aes192 SHA-256 auth-secret-1 AES-192 priv-secret-1\nrouser aes192 priv .1",
    "createUser aes256 SHA-512 auth-secret-1 AES-256 priv-secret-1\nrouser aes256 priv .1",
};

static const char objects[] = "sysobjectid .1.3.6.1.4.1.32473.1\n"
                              "sysdescr snmpd under test\n"
                              "rocommunity public 127.0.0.1 .1\n"
                              "override .1.3.6.1.4.1.32473.1.1.1.2.1 uinteger 1140\n"
                              "override .1.3.6.1.4.1.32473.1.2.1.1.1 integer 1\n"
                              "override .1.3.6.1.4.1.32473.1.2.1.2.1 octet_str \"Outlet one\"\n"
                              "override .1.3.6.1.4.1.32473.1.2.1.3.1 integer 49\n"
                              "override .1.3.6.1.4.1.32473.1.2.1.4.1 integer 1127\n";

bool snmpd_available(void)
{
    return access(SNMPD, X_OK) == 0;
}

void snmpd_new(struct snmpd *agent)
{
    memset(agent, 0, sizeof(*agent));
    snprintf(agent->dir, sizeof(agent->dir), "/tmp/wattwacht-snmpd-XXXXXX");
    if (!mkdtemp(agent->dir))
        abort();
    agent->port = free_port(SOCK_DGRAM);
    if (!agent->port)
        abort();
}

static FILE *open_file(const struct snmpd *agent, const char *name)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", agent->dir, name);
    FILE *file = fopen(path, "we");
    if (!file)
        abort();
    return file;
}

static void write_files(const struct snmpd *agent, const char *engine_id, unsigned boots)
{
    FILE *file = open_file(agent, "agent.conf");
    fprintf(file, "exactEngineID 0x%s\n%s", engine_id, objects);
    for (size_t i = 0; i < sizeof(users) / sizeof(*users); i++)
        fprintf(file, "%s\n", users[i]);
    fclose(file);
    if (boots == 0)
        return;
    file = open_file(agent, "snmpd.conf"); /* its state: read at start, written at the end */
    fprintf(file, "engineBoots %u\noldEngineID 0x%s\n", boots, engine_id);
    fclose(file);
}

static void run(const struct snmpd *agent, int out)
{
    char conf[128], address[64];
    snprintf(conf, sizeof(conf), "%s/agent.conf", agent->dir);
    snprintf(address, sizeof(address), "udp:127.0.0.1:%u", (unsigned)agent->port);
    setenv("SNMPCONFPATH", agent->dir, 1);
    setenv("SNMP_PERSISTENT_DIR", agent->dir, 1);
    setenv("MIBS", "", 1);
    setenv("MIBDIRS", "", 1);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* a test that crashes leaves no agent behind */
    dup2(out, 2);
    execl(SNMPD, SNMPD, "-f", "-Le", "-c", conf, address, (char *)NULL);
    _exit(127);
}

/* "NET-SNMP version ..." is its last word before it serves. */
static void wait_until_up(int in)
{
    char text[8192] = "";
    size_t n = 0;
    struct pollfd p = {.fd = in, .events = POLLIN};
    while (!strstr(text, "NET-SNMP version")) {
        ssize_t got = poll(&p, 1, START_MS) == 1 ? read(in, text + n, sizeof(text) - 1 - n) : -1;
        if (got <= 0) {
            fprintf(stderr, "snmpd does not start: %s\n", text);
            abort();
        }
        n += (size_t)got;
        text[n] = '\0';
    }
}

void snmpd_start(struct snmpd *agent, const char *engine_id, unsigned boots)
{
    int fds[2];
    write_files(agent, engine_id, boots);
    if (pipe2(fds, O_CLOEXEC) < 0)
        abort();
    agent->pid = fork();
    if (agent->pid < 0)
        abort();
    if (agent->pid == 0)
        run(agent, fds[1]);
    close(fds[1]);
    wait_until_up(fds[0]);
    /* kept open behind it: snmpd would die of its next line */
    fcntl(fds[0], F_SETFD, FD_CLOEXEC);
}

void snmpd_stop(struct snmpd *agent)
{
    if (agent->pid <= 0)
        return;
    kill(agent->pid, SIGTERM);
    waitpid(agent->pid, NULL, 0);
    agent->pid = 0;
}

void snmpd_free(struct snmpd *agent)
{
    const char *const names[] = {"agent.conf", "snmpd.conf", "snmpd.conf.old"};
    char command[160];
    snmpd_stop(agent);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        snprintf(command, sizeof(command), "%s/%s", agent->dir, names[i]);
        unlink(command);
    }
    snprintf(command, sizeof(command), "rm -rf %s", agent->dir); /* its cert_indexes and the like; made by mkdtemp */
    if (system(command) != 0)
        fprintf(stderr, "%s stays behind\n", agent->dir);
}
