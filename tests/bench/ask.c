/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The least that polling costs: net-snmp asks, the values are summed, nothing is kept.
 *
 * ask ROUNDS HOST:PORT... < OIDS     prints CPU microseconds a reading
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/library/large_fd_set.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define OIDS_MAX 400
#define BATCH    40 /* an agent answers in one packet of 1,472 bytes */

struct name {
    oid id[MAX_OID_LEN];
    size_t n;
};

static struct name names[OIDS_MAX];
static size_t n_names, waiting;
static double sum;
static unsigned long readings;

static int on_answer(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu, void *magic)
{
    (void)session, (void)id, (void)magic;
    if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE && pdu && pdu->errstat) {
        fprintf(stderr, "ask: an agent answers with error %ld\n", pdu->errstat);
        exit(1);
    }
    if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE && pdu)
        for (netsnmp_variable_list *v = pdu->variables; v; v = v->next_variable)
            if (v->type == ASN_INTEGER || v->type == ASN_GAUGE || v->type == ASN_COUNTER) {
                sum += (double)*v->val.integer;
                readings++;
            }
    if (operation != NETSNMP_CALLBACK_OP_RESEND)
        waiting--;
    return 1;
}

static void ask(void *handle, size_t from)
{
    netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);
    for (size_t i = from; i < n_names && i < from + BATCH; i++)
        snmp_add_null_var(pdu, names[i].id, names[i].n);
    waiting++;
    if (!snmp_sess_async_send(handle, pdu, on_answer, NULL)) {
        snmp_free_pdu(pdu);
        waiting--;
    }
}

static void take(void *handle)
{
    while (waiting) {
        netsnmp_large_fd_set set;
        int n = 0, block = 1;
        struct timeval limit = {1, 0};
        netsnmp_large_fd_set_init(&set, 4096);
        snmp_sess_select_info2(handle, &n, &set, &limit, &block);
        if (netsnmp_large_fd_set_select(n, &set, NULL, NULL, &limit) > 0)
            snmp_sess_read2(handle, &set);
        else
            snmp_sess_timeout(handle);
        netsnmp_large_fd_set_cleanup(&set);
    }
}

int main(int argc, char **argv)
{
    char line[1024];
    struct rusage usage;
    setenv("MIBS", "", 1);
    setenv("MIBDIRS", "", 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
    init_snmp("ask");
    while (n_names < OIDS_MAX && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        names[n_names].n = MAX_OID_LEN;
        if (read_objid(line, names[n_names].id, &names[n_names].n))
            n_names++;
    }
    for (int round = 0; round < atoi(argv[1]); round++)
        for (int i = 2; i < argc; i++) {
            netsnmp_session session;
            snmp_sess_init(&session);
            session.version = SNMP_VERSION_2c;
            session.peername = argv[i];
            session.community = (u_char *)"public";
            session.community_len = 6;
            void *handle = snmp_sess_open(&session);
            for (size_t from = 0; handle && from < n_names; from += BATCH) {
                ask(handle, from);
                take(handle);
            }
            if (handle)
                snmp_sess_close(handle);
        }
    getrusage(RUSAGE_SELF, &usage);
    double us = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
                (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    (void)argc;
    printf("%lu %.6f %.0f\n", readings, readings ? us / (double)readings : 0, sum);
    return readings == 0;
}
