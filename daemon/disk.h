/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread that owns STATE: the log, its readers (RRD and ledger), the register. The loop only hands over.
 *
 * Shape: disk_open before the loop (reads the point numbers, migrates, refuses a newer schema), disk_start, then
 *        disk_* from the loop, which never wait; answers come as events behind disk_fd. disk_stop drains and closes.
 * Errors: trouble (full disk, damaged file) comes as an event with words and the file's name, and when it ends.
 * Owner: rows pass to the disk; records and entries are copied.
 * Threads: disk_* in the loop's thread.
 */
#pragma once
#include "daemon/config.h"
#include "daemon/disk_event.h"
#include "daemon/ledger_manual.h"

struct disk;

struct disk_reader_state {
    int64_t rows_behind;
};

struct disk_stats {
    int64_t log_rows, log_bytes;
    struct disk_reader_state rrd, ledger, mqtt;
    int64_t dropped_rows; /* trimmed before every reader had them */
    int64_t future_rows;  /* refused: from more than a minute ahead */
    int64_t repeated;     /* samples that RRD refused: the clock went back */
    int64_t heartbeat_us; /* boot clock of the thread's last turn */
    int64_t last_wall_ms; /* of the newest booking or row: the clock is not sane before it */
};

int disk_open(const char *state, const struct config *config, struct diag *diag, struct disk **ret);
/* What was known at the last stop: before disk_start only. */
int disk_points(struct disk *disk, ledger_point_seen *seen, void *context);
typedef void disk_alert_seen(void *context, const struct alert_entry *entry);
int disk_active_alerts(struct disk *disk, disk_alert_seen *seen, void *context);
typedef void disk_silence_seen(void *context, const char *target, int64_t until_ms, const char *reason);
int disk_silences(struct disk *disk, int64_t now_ms, disk_silence_seen *seen, void *context);
/* The last of each manual meter. */
int disk_readings(struct disk *disk, ledger_reading_seen *seen, void *context);
/* STATE/devices/ID.json as text, or NULL; freed by the caller. */
char *disk_device_read(struct disk *disk, const char *id);
uint32_t disk_session(const struct disk *disk);

int disk_start(struct disk *disk);
void disk_stop(struct disk *disk);
int disk_fd(const struct disk *disk);
struct disk_event *disk_take(struct disk *disk);
void disk_event_free(struct disk_event *event);
void disk_stats(struct disk *disk, struct disk_stats *ret);

void disk_config(struct disk *disk, const struct config *config); /* after a reload */
void disk_point(struct disk *disk, const struct record *record);
void disk_row(struct disk *disk, struct row *row);
void disk_alert(struct disk *disk, const struct alert_entry *entry);
void disk_silence(struct disk *disk, const char *target, int64_t until_ms, const char *reason);
void disk_reading(struct disk *disk, const char *source, int64_t at_s, double register_wh);
void disk_import(struct disk *disk, const char *source, size_t n, const int64_t *quarter_s, const double *wh);
void disk_device_write(struct disk *disk, const char *id, const char *json);
/* STATE/mqtt/NAME.json: what a broker's view has to remember. The name is an id; read as it was at the last stop. */
char *disk_note_read(struct disk *disk, const char *name);
void disk_note_write(struct disk *disk, const char *name, const char *json);
void disk_flush(struct disk *disk, uint64_t token); /* RRD files up to now; DISK_FLUSHED follows */

/* A reader of its own in the log, for what has to be sent after an outage: new ones begin behind the newest row. */
void disk_reader(struct disk *disk, const char *name, bool wanted);
/* The rows handed over so far: what comes after them is somebody else's business, as of what goes out live. */
void disk_history_mark(struct disk *disk, const char *name);
/* DISK_HISTORY follows, with at most `most` rows behind its cursor. */
void disk_history(struct disk *disk, const char *name, size_t most);
/* The reader has had all up to seq; INT64_MAX: all up to its mark. */
void disk_history_done(struct disk *disk, const char *name, int64_t seq);
