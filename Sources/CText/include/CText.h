#pragma once

#include <stddef.h>
#include <stdint.h>

/* Scans text, many bytes at a time if the processor can. `start` is at most `count`. */

/* The position of the first byte from `start` on that is a quote, a backslash, a control character, or not ASCII;
 * `count` if there is none. */
size_t cogtext_plain_end(const uint8_t *_Nullable text, size_t start, size_t count);

/* The position of the first byte from `start` on that must be escaped in a JSON string (RFC 8259, 7): a quote, a
 * backslash, or a control character; `count` if there is none. */
size_t cogtext_escape_start(const uint8_t *_Nullable text, size_t start, size_t count);

/* The end of the well-formed UTF-8 from `start` on, where a character begins, that a JSON string can contain unescaped.
 * It is followed by a byte that must be escaped, by a malformed or truncated character, or by nothing. */
size_t cogtext_string_end(const uint8_t *_Nullable text, size_t start, size_t count);

/* The length of the non-ASCII character at the start of `count` bytes. 0 if it is malformed (RFC 3629, 4), and -1 if
 * more bytes may complete it. */
int cogtext_character_length(const uint8_t *_Nonnull bytes, size_t count);
