/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the way to a broker stands.
 *
 * Shape: away -> held (connected, nothing goes out yet) -> open -> away ... -> closed.
 */
#pragma once

enum mqtt_state { MQTT_AWAY, MQTT_HELD, MQTT_OPEN, MQTT_CLOSED };
