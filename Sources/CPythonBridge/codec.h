/* JSON to Python values and back, for the worker's hot paths.
 *
 * Both directions produce exactly what Python's `json` would, or nothing: if that isn't certain, they stop, and the
 * caller leaves the whole value to `json`. The GIL is taken throughout. */
#pragma once

#include "CText.h"
#include "python.h"

/* How deeply lists and objects may be nested; the server accepts no more. Bounds the recursion on threads with any
 * stack size. */
enum { COGPY_DEPTH_LIMIT = 127 };

/* Text that grows. Zero it before use; its creator frees `base`. */
typedef struct cogpy_text {
    unsigned char *base;
    size_t count;
    size_t capacity;
} cogpy_text;

/* The slow path of cogpy_text_reserve. */
bool cogpy_text_grow(cogpy_text *text, size_t more);

/* Makes room for `more` bytes after `count`. False if there is no memory. */
static inline bool cogpy_text_reserve(cogpy_text *text, size_t more) {
    return more <= text->capacity - text->count || cogpy_text_grow(text, more);
}

/* Appends UTF-8 text with JSON's escapes, without surrounding quotes. False if there is no memory. */
bool cogpy_text_append_escaped(cogpy_text *text, const unsigned char *bytes, size_t count);

/* Writes the character that the escape at `*at`, a backslash before `end`, stands for, and advances `*at`. Returns its
 * length, at most 4. Returns 0 for an invalid escape and for half a surrogate pair, which only Python's strings can
 * hold. */
size_t cogpy_unescaped(const unsigned char **at, const unsigned char *end, unsigned char *bytes);

/* The most bytes that cogpy_float_text writes. */
enum { COGPY_FLOAT_TEXT_BYTES = 40 };

/* Builds the table that the two functions below use; call it once. */
void cogpy_floats_prepare(void);

/* Writes a finite number as `repr` does and returns the length. Returns 0 if this implementation can't. */
size_t cogpy_float_text(double value, char *text);

/* The number nearest to digits × 10^exponent. False if this implementation can't determine it. */
bool cogpy_float_from_digits(uint64_t digits, int exponent, double *value);

/* Decodes a JSON text. Returns a new reference, or NULL without an exception if `json` has to do it. */
PyObject *cogpy_decode(const unsigned char *bytes, size_t count);

/* The result of cogpy_encode. */
typedef enum { COGPY_ENCODED, COGPY_NOT_ENCODED, COGPY_RAISED } cogpy_encoding;

/* Appends the JSON text of `value`, up to `limit_bytes` in total. `replacers` is a dict from types to functions that
 * return the replacement for values of exactly that type. COGPY_RAISED means that an exception is set. */
cogpy_encoding cogpy_encode(PyObject *value, PyObject *replacers, size_t limit_bytes, cogpy_text *text);

/* A new set with the types of the items of a list or tuple, or of the values of a dict; NULL with an exception set. */
PyObject *cogpy_types_in(PyObject *container);
