#pragma once

#include <stddef.h>
#include <stdint.h>

/* Base64 (RFC 4648, 4). Encoding and decoding: as far as vectors of the processor do it; on a processor without them that is
 * nothing. The rest is done by whoever calls. */

/* Encodes a start of `count` bytes; returns how many, a multiple of 3. Writes nothing but their characters. */
size_t cogbase64_encode(const uint8_t *_Nonnull input, size_t count, uint8_t *_Nonnull output);

/* Decodes a start of `count` characters; returns how many, a multiple of 4. Stops before a character that doesn't belong.
 * `output` has room for all of the characters' bytes, and may be written anywhere. */
size_t cogbase64_decode(const uint8_t *_Nonnull input, size_t count, uint8_t *_Nonnull output);

/* How many characters at the start belong to the alphabet; padding doesn't. */
size_t cogbase64_span(const uint8_t *_Nonnull input, size_t count);
