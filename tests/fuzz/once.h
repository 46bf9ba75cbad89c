/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each fuzzer gives: libFuzzer's entry. */
#pragma once
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
