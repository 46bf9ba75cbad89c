/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_rtu.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

/* Rates that both address_parse and libmodbus know: any other would silently be 9600. */
static const unsigned bauds[] = {1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200};

static bool baud_known(unsigned baud)
{
    for (size_t i = 0; i < sizeof(bauds) / sizeof(bauds[0]); i++) {
        if (bauds[i] == baud)
            return true;
    }
    return false;
}

static int refused(int error, const char **ret_why, const char *why)
{
    *ret_why = why;
    return -error;
}

static int settle(modbus_t *rtu, modbus_t **ret, const char **ret_why)
{
    if (modbus_get_socket(rtu) >= FD_SETSIZE) {
        modbus_rtu_close(rtu);
        return refused(EMFILE, ret_why, "libmodbus cannot use a descriptor above 1023");
    }
    modbus_set_byte_timeout(rtu, 0, 0);
    modbus_set_error_recovery(rtu, MODBUS_ERROR_RECOVERY_NONE);
    *ret = rtu;
    return 0;
}

int modbus_rtu_open(const struct address *address, modbus_t **ret, const char **ret_why)
{
    unsigned baud = address->baud ? address->baud : 9600;

    if (!baud_known(baud))
        return refused(EINVAL, ret_why, "this baud rate is not supported");
    modbus_t *rtu = modbus_new_rtu(address->host, (int)baud, address->parity ? address->parity : 'N', 8,
                                   address->stop == 2 ? 2 : 1);
    if (!rtu)
        return refused(errno, ret_why, strerrordesc_np(errno));
    if (modbus_connect(rtu) < 0) {
        int error = errno;
        modbus_free(rtu);
        return refused(error, ret_why, strerrordesc_np(error));
    }
    return settle(rtu, ret, ret_why);
}

int modbus_rtu_wrap(int fd, modbus_t **ret, const char **ret_why)
{
    /* The device named is never opened: the context only lends its framing to the descriptor. */
    modbus_t *rtu = modbus_new_rtu("/dev/null", 9600, 'N', 8, 1);
    if (!rtu) {
        int error = errno;
        close(fd);
        return refused(error, ret_why, strerrordesc_np(error));
    }
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0)
        fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
    modbus_set_socket(rtu, fd);
    return settle(rtu, ret, ret_why);
}

void modbus_rtu_close(modbus_t *rtu)
{
    if (!rtu)
        return;
    modbus_close(rtu);
    modbus_free(rtu);
}

void modbus_rtu_flush(modbus_t *rtu)
{
    modbus_flush(rtu);
}

int64_t modbus_rtu_gap(unsigned baud)
{
    /* Serial Line Protocol V1.02 section 2.5.1.1: fixed above 19200 baud. */
    if (baud > 19200)
        return 1750;
    return INT64_C(3500000) * 11 / (baud ? baud : 9600);
}

static int read_bits(modbus_t *rtu, struct modbus_ask ask, uint16_t *ret)
{
    uint8_t bits[MODBUS_BITS_MAX];
    int n = ask.function == MF_COILS ? modbus_read_bits(rtu, ask.address, ask.count, bits)
                                     : modbus_read_input_bits(rtu, ask.address, ask.count, bits);
    for (int i = 0; i < n; i++)
        ret[i] = bits[i];
    return n;
}

/* libmodbus numbers its own errors above MODBUS_ENOBASE: exceptions first, by their code. */
static int failed(int error, const char **ret_why)
{
    if (error > MODBUS_ENOBASE && error < MODBUS_ENOBASE + MODBUS_EXCEPTION_MAX)
        return error - MODBUS_ENOBASE;
    if (error == EMBBADSLAVE)
        return refused(EBADMSG, ret_why, "the answer of another unit");
    if (error == EMBBADCRC)
        return refused(EBADMSG, ret_why, "a damaged answer (checksum)");
    if (error == EMBBADEXC)
        return refused(EBADMSG, ret_why, "an exception that Modbus does not know");
    if (error > MODBUS_ENOBASE)
        return refused(EBADMSG, ret_why, "an answer that does not fit the question");
    return error == EPIPE || error == ENOTCONN ? -ECONNRESET : -error;
}

int modbus_rtu_ask(modbus_t *rtu, struct modbus_ask ask, int64_t bound_us, uint16_t *ret, const char **ret_why)
{
    int n = -1;

    if (modbus_set_slave(rtu, ask.unit) < 0)
        return refused(EINVAL, ret_why, "no such unit on a serial line (1 to 247)");
    /* Both 0 would be refused and the default of 500 ms kept. */
    modbus_set_response_timeout(rtu, (uint32_t)(bound_us / 1000000),
                                (uint32_t)(bound_us % 1000000 ? bound_us % 1000000 : 1));
    switch (ask.function) {
    case MF_COILS:
    case MF_DISCRETE: n = read_bits(rtu, ask, ret); break;
    case MF_HOLDING: n = modbus_read_registers(rtu, ask.address, ask.count, ret); break;
    case MF_INPUT: n = modbus_read_input_registers(rtu, ask.address, ask.count, ret); break;
    }
    return n == ask.count ? 0 : failed(errno, ret_why);
}

/* Serial Line Protocol V1.02, appendix B */
static unsigned checksum(const uint8_t *bytes, size_t n)
{
    unsigned crc = 0xffff;
    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1;
    }
    return crc;
}

/* Reads on until the frame is as long as its bytes say; *ret_size is that of its PDU. */
static int take_ident(int fd, uint8_t *frame, int64_t bound_us, int *ret_size)
{
    size_t n = 0;
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    int64_t until_ms = now.tv_sec * 1000 + now.tv_nsec / 1000000 + bound_us / 1000;
    for (;;) {
        int size = n > 1 ? modbus_ident_size(frame + 1, n - 1) : 0;
        if (size < 0)
            return size;
        size_t want = size ? (size_t)size + 3 : n + 1;
        *ret_size = size;
        if (n >= want)
            return 0;
        clock_gettime(CLOCK_BOOTTIME, &now);
        int64_t left = until_ms - now.tv_sec * 1000 - now.tv_nsec / 1000000;
        struct pollfd waits = {.fd = fd, .events = POLLIN};
        if (left <= 0 || poll(&waits, 1, (int)left) <= 0)
            return n ? -EBADMSG : -ETIMEDOUT;
        ssize_t got = read(fd, frame + n, want - n);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
            return got ? -errno : -ECONNRESET;
        n += got > 0 ? (size_t)got : 0;
    }
}

int modbus_rtu_ask_ident(modbus_t *rtu, uint8_t unit, const uint8_t ask[MODBUS_IDENT_ASK], int64_t bound_us,
                         uint8_t ret[MODBUS_PDU_MAX], size_t *ret_n, const char **ret_why)
{
    uint8_t frame[MODBUS_PDU_MAX + 3] = {unit};
    int size = 0;

    memcpy(frame + 1, ask, MODBUS_IDENT_ASK);
    if (modbus_set_slave(rtu, unit) < 0)
        return refused(EINVAL, ret_why, "no such unit on a serial line (1 to 247)");
    if (modbus_send_raw_request(rtu, frame, MODBUS_IDENT_ASK + 1) < 0)
        return failed(errno, ret_why);
    int rc = take_ident(modbus_get_socket(rtu), frame, bound_us, &size);
    if (rc < 0)
        return rc == -EBADMSG ? refused(EBADMSG, ret_why, "an answer that does not fit the question") : rc;
    if (frame[0] != unit)
        return refused(EBADMSG, ret_why, "the answer of another unit");
    if (checksum(frame, (size_t)size + 1) != (unsigned)(frame[size + 1] | frame[size + 2] << 8))
        return refused(EBADMSG, ret_why, "a damaged answer (checksum)");
    if (frame[1] & 0x80)
        return frame[2] ? frame[2] : refused(EBADMSG, ret_why, "an exception that Modbus does not know");
    *ret_n = (size_t)size;
    memcpy(ret, frame + 1, (size_t)size);
    return 0;
}
