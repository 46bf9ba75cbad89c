/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/wire/modbus_wired.h"

#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

static bool never(void *arg)
{
    (void)arg;
    return false;
}

static bool always(void *arg, bool begins)
{
    (void)arg;
    (void)begins;
    return true;
}

uint16_t wired_value(void *arg, unsigned unit, unsigned function, unsigned address)
{
    (void)arg;
    return (uint16_t)(unit * 4099 + function * 641 + address * 7 + (address & 1));
}

int wired_pty(int *ret_slave, char *ret_name, size_t size)
{
    int master = -1;
    struct termios raw;

    assert_int_equal(openpty(&master, ret_slave, NULL, NULL, NULL), 0);
    assert_int_equal(tcgetattr(*ret_slave, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(*ret_slave, TCSANOW, &raw), 0);
    assert_int_equal(ttyname_r(*ret_slave, ret_name, size), 0);
    return master;
}

void wired_address(struct wired *rig, const char *text)
{
    const char *why = "";

    if (address_parse(rig->setup->arena, text, true, &rig->setup->address, &why) != 0)
        fail_msg("%s: %s", text, why);
}

struct wired wired_bare(void)
{
    struct wired rig = {.stop = {.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), .asked = never, .resolving = always},
                        .slave = -1};

    rig.setup = setup_new();
    rig.setup->id = "meter";
    rig.setup->modbus = (struct modbus_setup){.unit = 3, .reconnect_us = WIRED_RECONNECT};
    rig.setup->timeout_us = WIRED_TIMEOUT;
    rig.setup->names_resolve = true;
    return rig;
}

void wired_begin(struct wired *rig)
{
    rig->wire = modbus_wire_new(&rig->stop);
    assert_non_null(rig->wire);
    modbus_wire_quiet(rig->wire, WIRED_TIMEOUT);
}

struct wired wired_new(enum transport transport)
{
    struct wired rig = wired_bare();
    char text[120], name[64];

    if (transport == TR_SERIAL) {
        rig.peer = peer_serial(wired_pty(&rig.slave, name, sizeof(name)));
        snprintf(text, sizeof(text), "serial://%s?baud=115200", name);
    } else {
        rig.peer = peer_tcp(transport == TR_RTU_TCP, false);
        assert_non_null(rig.peer);
        snprintf(text, sizeof(text), "%s://127.0.0.1:%u", transport == TR_TCP ? "tcp" : "rtu+tcp", peer_port(rig.peer));
    }
    peer_registers(rig.peer, wired_value, NULL, NULL);
    wired_address(&rig, text);
    return rig;
}

void wired_free(struct wired *rig)
{
    modbus_wire_free(rig->wire);
    setup_unref(rig->setup);
    peer_free(rig->peer);
    close(rig->stop.fd);
    if (rig->slave >= 0)
        close(rig->slave);
}

static bool right(const struct modbus_ask *ask, const uint16_t *registers)
{
    for (unsigned i = 0; i < ask->count; i++) {
        unsigned expected = wired_value(NULL, ask->unit, ask->function, ask->address + i);
        if (registers[i] != (ask->function < MF_HOLDING ? (expected & 1) : expected))
            return false;
    }
    return true;
}

struct modbus_ask wired_input(unsigned address, unsigned count)
{
    return (struct modbus_ask){3, MF_INPUT, (uint16_t)address, (uint16_t)count};
}

struct modbus_result wired_ask(struct wired *rig, struct modbus_ask ask)
{
    uint16_t registers[MODBUS_BITS_MAX];

    memset(registers, 0xEE, sizeof(registers));
    struct modbus_result result = modbus_wire_read(rig->wire, rig->setup, ask, 0, registers);
    if (result.outcome == MO_OK && !right(&ask, registers))
        fail_msg("%u registers at %u: another question's answer", ask.count, ask.address);
    return result;
}
