#pragma once

#include <stddef.h>
#include <stdint.h>

/* Looks through text, many bytes at a time where the processor can. `start` is at most `count`. */

/* The first byte from `start` on that is a quote, a backslash, a control character, or outside of ASCII; `count` if there is
 * none. */
size_t cogtext_plain_end(const uint8_t *_Nullable text, size_t start, size_t count);

/* The first byte from `start` on that has to be escaped in a JSON string (RFC 8259, 7): a quote, a backslash, or a control
 * character; `count` if there is none. */
size_t cogtext_escape_start(const uint8_t *_Nullable text, size_t start, size_t count);

/* The end of the well-formed UTF-8 from `start` on, where a character begins, that a JSON string holds as it is. At the end
 * stands a byte that has to be escaped, or the start of a character that is malformed or cut off, or nothing. */
size_t cogtext_string_end(const uint8_t *_Nullable text, size_t start, size_t count);

/* The length of the character beyond ASCII at the start of `count` bytes. 0 if it is malformed (RFC 3629, 4), and -1 if it
 * may be well-formed when more bytes come. */
int cogtext_character_length(const uint8_t *_Nonnull bytes, size_t count);
