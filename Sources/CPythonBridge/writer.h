/* JSON text that is being written. */
#pragma once

#include "codec.h"

#include <math.h>
#include <string.h>

typedef struct {
    cogpy_text *text;
    size_t limit_bytes;
    PyObject *replacers;
} cogpy_writer;

/* Writes an array or number that has a buffer (PEP 3118), with its outermost list at `depth`. Writes nothing if there
 * is no buffer or if its item type isn't supported. */
cogpy_encoding cogpy_write_numbers(cogpy_writer *out, PyObject *value, int depth);

/* Appends a few bytes. False if the text gets too long. */
static inline bool cogpy_put(cogpy_writer *out, const void *bytes, size_t count) {
    cogpy_text *text = out->text;
    if (text->count > out->limit_bytes || !cogpy_text_reserve(text, count)) return false;
    memcpy(text->base + text->count, bytes, count);
    text->count += count;
    return true;
}

/* Also false if JSON has no such number. */
static inline bool cogpy_put_float(cogpy_writer *out, double number) {
    if (!isfinite(number) || !cogpy_text_reserve(out->text, COGPY_FLOAT_TEXT_BYTES)) return false;
    size_t count = cogpy_float_text(number, (char *)out->text->base + out->text->count);
    out->text->count += count;
    return count != 0;
}

static inline bool cogpy_put_integer(cogpy_writer *out, bool is_negative, uint64_t magnitude) {
    char digits[20];
    char *start = digits + sizeof digits;
    do {
        *--start = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude != 0);
    if (is_negative && !cogpy_put(out, "-", 1)) return false;
    return cogpy_put(out, start, (size_t)(digits + sizeof digits - start));
}
