/* JSON to Python values and back, for the worker's hot paths.
 *
 * Both directions give what Python's `json` gives, or nothing: where that isn't certain they stop, and the caller leaves
 * the whole value to `json`. The GIL is taken throughout. */
#pragma once

#include "CText.h"
#include "python.h"

/* How deep lists and objects may be nested; the server takes no more. Bounds the recursion, on threads of any stack. */
enum { COGPY_DEPTH_LIMIT = 127 };

/* Text that grows. Zero it before use; whoever has made it frees `base`. */
typedef struct cogpy_text {
    unsigned char *base;
    size_t count;
    size_t capacity;
} cogpy_text;

/* Makes room for `more` bytes after `count`. False when there is no memory. */
bool cogpy_text_reserve(cogpy_text *text, size_t more);

/* Appends UTF-8 text with JSON's escapes, without quotes around it. False when there is no memory. */
bool cogpy_text_append_escaped(cogpy_text *text, const unsigned char *bytes, size_t count);

/* Writes what the escape at `*at`, a backslash before `end`, stands for, and moves on. Returns the length, at most 4; 0 for
 * what is no escape, and for half a surrogate pair, which only Python's strings can hold. */
size_t cogpy_unescaped(const unsigned char **at, const unsigned char *end, unsigned char *bytes);

/* The most bytes that cogpy_float_text writes. */
enum { COGPY_FLOAT_TEXT_BYTES = 40 };

/* Makes the table that the two functions below use; to be called once. */
void cogpy_floats_prepare(void);

/* Writes a finite number as `repr` does; returns the length. 0 if that can't be done here. */
size_t cogpy_float_text(double value, char *text);

/* The number nearest to digits × 10^exponent. False if that can't be told here. */
bool cogpy_float_from_digits(uint64_t digits, int exponent, double *value);

/* Reads a JSON text. A new reference; or NULL, without an exception, where `json` is needed. */
PyObject *cogpy_decode(const unsigned char *bytes, size_t count);

/* What cogpy_encode has come to. */
typedef enum { COGPY_ENCODED, COGPY_NOT_ENCODED, COGPY_RAISED } cogpy_encoding;

/* Appends the JSON text of `value`, up to `limit_bytes` in all. `replacers` is a dict from types to functions that give
 * what stands for values of exactly that type. With COGPY_RAISED an exception is set. */
cogpy_encoding cogpy_encode(PyObject *value, PyObject *replacers, size_t limit_bytes, cogpy_text *text);

/* A new set of the types of the items of a list or tuple, or of the values of a dict; NULL with an exception set. */
PyObject *cogpy_types_in(PyObject *container);
