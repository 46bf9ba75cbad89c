/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "account.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Trapezoids over 3 polls and 15 min at most, assumption; the twentieth of a poll is its jitter. */
#define GAP_POLLS     3.05
#define GAP_POWER_S   900.0
#define WRAP_FROM     0.95 /* of the modulus; assumption */
#define RATING_MARGIN 1.25 /* assumption: what an overload lets through for a while */
/* Counters move when the device refreshes them: the first move seen may hold energy from before the first reading. */
#define FIRST_SLACK_S 900.0
#define CLOCK_STEP_MS 2000 /* beyond the slewing of a disciplined clock; assumption */
/* sysUpTime is 32 bits of 10 ms (RFC 3418): it wraps at 497 days. */
#define UPTIME_WRAP_S 42949672.0

double account_most(double rating, double ceiling)
{
    return rating > 0 ? RATING_MARGIN * rating : ceiling;
}

void account_init(struct account *account)
{
    memset(account, 0, sizeof *account);
}

void account_replaced(struct account *account)
{
    account->has_counter = account->has_suspect = 0;
    account->lead = account->low = 0;
    account->phased = account->uptime_s = 0;
}

static int64_t quarter_of(int64_t ms)
{
    int64_t q = ms / QUARTER_MS;
    return q * QUARTER_MS > ms ? q - 1 : q;
}

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static double elapsed(const struct account_moment *from, const struct account_moment *to)
{
    if (from->session == to->session)
        return (double)(to->boot_us - from->boot_us) / 1e6;
    return (double)(to->wall_ms - from->wall_ms) / 1e3;
}

bool booking_fit(struct booking *booking, int64_t covered_ms, struct booking *ret_clock)
{
    int64_t space = covered_ms < QUARTER_MS ? QUARTER_MS - covered_ms : 0;
    if (booking->covered_ms <= space)
        return false;
    *ret_clock = *booking;
    ret_clock->kind = BOOKING_CLOCK;
    ret_clock->covered_ms = 0;
    booking->milli = (int64_t)((double)booking->milli * (double)space / (double)booking->covered_ms);
    booking->covered_ms = space;
    ret_clock->milli -= booking->milli;
    return true;
}

void booking_spread(int64_t milli, int64_t from_ms, int64_t to_ms, enum booking_kind kind, bool covered,
                    booking_put *put, void *context)
{
    int64_t done = 0;
    for (int64_t at = from_ms; at < to_ms;) {
        int64_t q = quarter_of(at);
        int64_t end = (q + 1) * QUARTER_MS < to_ms ? (q + 1) * QUARTER_MS : to_ms;
        /* Shares are differences of the running sum, so that they add up to the whole. */
        int64_t until =
            end == to_ms ? milli : (int64_t)((double)milli * ((double)(end - from_ms) / (double)(to_ms - from_ms)));
        struct booking booking = {q * QUARTER_S, until - done, covered ? end - at : 0, kind};
        if (booking.milli || booking.covered_ms)
            put(context, &booking);
        done = until;
        at = end;
    }
}

struct booker {
    struct account *account;
    const struct account_limits *limits;
    booking_put *put;
    void *context;
};

/* Books an amount over the time between two moments. */
static void book(const struct booker *b, double amount, const struct account_moment *from,
                 const struct account_moment *to, enum booking_kind kind)
{
    double milli = amount * b->limits->per_unit + b->account->rest, whole = floor(milli);
    if (!(fabs(whole) < 9e18))
        return;
    b->account->rest = milli - whole;
    int64_t length = llround(elapsed(from, to) * 1e3), end = to->wall_ms, start = from->wall_ms;
    if (length <= 0) {
        struct booking booking = {quarter_of(end) * QUARTER_S, (int64_t)whole, 0, BOOKING_CLOCK};
        if (booking.milli)
            b->put(b->context, &booking);
        return;
    }
    if (llabs(end - start - length) > CLOCK_STEP_MS || end <= start)
        start = end - length; /* the clock was stepped in between: the new clock labels what has its true length */
    booking_spread((int64_t)whole, start, end, kind, kind != BOOKING_SPREAD, b->put, b->context);
}

/* Area of the part of a line from p0 to p1 that is above zero, per unit of its length. */
static double above_zero(double p0, double p1)
{
    if (p0 >= 0 && p1 >= 0)
        return (p0 + p1) / 2;
    if (p0 <= 0 && p1 <= 0)
        return 0;
    double high = p0 > p1 ? p0 : p1, low = p0 > p1 ? p1 : p0;
    return high * high / (high - low) / 2;
}

/* What power says flowed since its last good reading; NAN: it cannot say. */
static double integrate(const struct account *a, const struct account_limits *l, const struct account_sample *s)
{
    if (!a->has_power || isnan(s->power))
        return NAN;
    double dt = elapsed(&a->power_at, &s->at), longest = fmin(GAP_POLLS * l->period_s, GAP_POWER_S);
    if (!(dt > 0) || dt > longest)
        return NAN;
    double mean = (a->power + s->power) / 2;
    if (l->sign == ACCOUNT_NEGATIVE)
        mean = above_zero(-a->power, -s->power);
    else if (l->sign == ACCOUNT_POSITIVE || a->has_counter)
        mean = above_zero(a->power, s->power);
    return mean * dt / 3600;
}

/* Whether so much can have flowed since a moment. */
static bool possible(const struct account_limits *l, double amount, const struct account_moment *since,
                     const struct account_moment *now, double slack_s)
{
    return amount <= l->most * (fmax(elapsed(since, now), 0) + slack_s) / 3600 + l->step;
}

static bool rebooted(struct account *a, const struct account_sample *s)
{
    bool back = false;
    if (!s->uptime_s)
        return false;
    if (a->uptime_s && s->uptime_s < a->uptime_s) {
        double expected = (double)a->uptime_s + elapsed(&a->uptime_at, &s->at);
        back = expected < UPTIME_WRAP_S - 60;
    }
    a->uptime_s = s->uptime_s;
    a->uptime_at = s->at;
    return back;
}

static void anchor(struct account *a, double counter, const struct account_moment *at)
{
    a->counter = counter;
    a->counter_at = a->changed_at = *at;
    a->has_counter = 1;
    a->has_suspect = a->changed = a->phased = 0;
    a->lead = a->low = 0;
}

/* What the counter says flowed since counter_at; NAN: nothing for now. */
static double count(struct account *a, const struct account_limits *l, const struct account_sample *s, bool reboot,
                    enum account_event *event)
{
    double c = s->counter, slack = a->changed ? l->period_s : FIRST_SLACK_S;
    if (!a->has_counter) {
        anchor(a, c, &s->at);
        return NAN;
    }
    double d = c - a->counter;
    if (d < 0 && -d <= l->step * 1.5 && !reboot)
        d = 0; /* rounding inside the device */
    /* Between sessions a clock that was set back hides how long it was. */
    if (a->counter_at.session != s->at.session && elapsed(&a->counter_at, &s->at) <= 0)
        slack = fmax(slack, FIRST_SLACK_S);
    if (d >= 0 && possible(l, d, &a->changed_at, &s->at, slack)) {
        *event = a->has_suspect ? ACCOUNT_GLITCH : ACCOUNT_NOTHING;
        a->has_suspect = 0;
        return d;
    }
    double wrapped = d + l->modulus;
    if (d < 0 && !reboot && l->modulus > 0 && a->counter > WRAP_FROM * l->modulus && wrapped >= 0 &&
        possible(l, wrapped, &a->changed_at, &s->at, slack)) {
        *event = ACCOUNT_WRAP;
        a->has_suspect = 0;
        return wrapped;
    }
    if (d < 0 && reboot) {
        *event = ACCOUNT_RESET;
        anchor(a, c, &s->at);
        return NAN;
    }
    double since = c - a->suspect;
    bool follows = a->has_suspect && since >= 0 && possible(l, since, &a->suspect_at, &s->at, FIRST_SLACK_S);
    if (follows) {
        *event = ACCOUNT_RESET;
        anchor(a, a->suspect, &a->suspect_at);
        return since;
    }
    if (a->has_suspect && d < 0 && a->suspect < a->counter) {
        *event = ACCOUNT_RESET; /* two lower ones in a row that do not agree: begin again with the newer */
        anchor(a, c, &s->at);
        return NAN;
    }
    *event = ACCOUNT_DOUBT;
    a->suspect = c;
    a->suspect_at = s->at;
    a->has_suspect = 1;
    return NAN;
}

/* How much of it is booked now: the counter's step, shaped by power within one step of the counter. Never negative. */
static double shape(struct account *a, const struct account_limits *l, double d, double i)
{
    double ahead = a->lead + (isnan(i) ? 0 : i - d);
    if (d > 0 && l->step > 0 && !a->phased && !isnan(i)) {
        /* The first step seen tells where between two steps the account began. */
        a->low = clamp(ahead, -l->step, 0);
        a->phased = 1;
    }
    double amount = fmax(0, clamp(ahead, a->low, a->low + l->step) - a->lead + d);
    a->lead += amount - d;
    return amount;
}

static const struct account_moment *later(const struct account *a)
{
    if (a->has_booked && elapsed(&a->counter_at, &a->booked_to) > 0)
        return &a->booked_to;
    return &a->counter_at;
}

/* The counter has spoken: d since counter_at, of which power knows i since power_at. */
static enum account_event book_count(const struct booker *b, const struct account_sample *s, double d, double i)
{
    struct account *a = b->account;
    enum booking_kind kind = s->estimated ? BOOKING_ESTIMATED : BOOKING_MEASURED;
    double amount = shape(a, b->limits, d, i);
    if (elapsed(&a->counter_at, &s->at) <= GAP_POLLS * b->limits->period_s) {
        book(b, amount, later(a), &s->at, kind);
        return ACCOUNT_NOTHING;
    }
    if (isnan(i)) {
        book(b, amount, later(a), &s->at, BOOKING_SPREAD);
        return ACCOUNT_GAP;
    }
    double known = fmin(amount, i);
    if (amount > known)
        book(b, amount - known, &a->counter_at, &a->power_at, BOOKING_SPREAD);
    book(b, known, &a->power_at, &s->at, kind);
    return ACCOUNT_GAP;
}

enum account_event account_step(struct account *account, const struct account_limits *limits,
                                const struct account_sample *sample, booking_put *put, void *context)
{
    struct booker b = {account, limits, put, context};
    enum account_event event = ACCOUNT_NOTHING;
    bool reboot = rebooted(account, sample), known = account->has_counter;
    double i = integrate(account, limits, sample), d = NAN;
    if (!isnan(sample->counter))
        d = count(account, limits, sample, reboot, &event);
    if (!isnan(d)) {
        enum account_event gap = book_count(&b, sample, d, i);
        if (event == ACCOUNT_NOTHING)
            event = gap;
        if (d > 0) {
            account->changed = 1;
            account->changed_at = sample->at;
        }
        if (fabs(sample->counter - account->counter) > 0 && (d > 0 || event == ACCOUNT_WRAP))
            account->counter = sample->counter;
        account->counter_at = sample->at;
    } else if (!isnan(i)) {
        book(&b, i, &account->power_at, &sample->at, sample->estimated ? BOOKING_ESTIMATED : BOOKING_MEASURED);
        if (known && event != ACCOUNT_RESET)
            account->lead += i; /* the counter will count it too */
    }
    if (!isnan(d) || !isnan(i)) {
        account->booked_to = sample->at;
        account->has_booked = 1;
    }
    if (!isnan(sample->power)) {
        account->power = sample->power;
        account->power_at = sample->at;
        account->has_power = 1;
    }
    return event;
}
