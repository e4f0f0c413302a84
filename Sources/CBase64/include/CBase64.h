#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Base64 (RFC 4648, 4), as far as the processor's vector instructions can do it; without them, these functions do
 * nothing. The caller does the rest. */

/* Encodes a prefix of `count` bytes; returns its length, a multiple of 3. Writes only the characters of that prefix. */
size_t cogbase64_encode(const uint8_t *_Nonnull input, size_t count, uint8_t *_Nonnull output);

/* Decodes a prefix of `count` characters; returns its length, a multiple of 4. Stops before an invalid character.
 * `is_checked` says that cogbase64_span has accepted all characters, so that none is checked again. `output` must have
 * room for the bytes of all characters, and any of it may be overwritten. */
size_t cogbase64_decode(const uint8_t *_Nonnull input, size_t count, uint8_t *_Nonnull output, bool is_checked);

/* The number of characters at the start that are in the alphabet; padding isn't. */
size_t cogbase64_span(const uint8_t *_Nonnull input, size_t count);
