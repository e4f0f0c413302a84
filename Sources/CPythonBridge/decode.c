#include "codec.h"
#include "digits.h"

#include <stdlib.h>
#include <string.h>

/* Objects repeat their keys; a small cache avoids creating the same text again. */
enum { KEY_CACHE_SIZE = 64, CACHED_KEY_LIMIT_BYTES = 48 };

/* From this length on, ASCII text is decoded by a separate path. */
enum { LONG_TEXT_BYTES = 1024 };

typedef struct {
    const unsigned char *bytes; /* in the text */
    size_t count;
    PyObject *key; /* owned */
} cached_key;

typedef struct {
    const unsigned char *next;
    const unsigned char *end;
    /* Items of the lists being read, owned. A list is created once its length is known. */
    PyObject **items;
    size_t item_count;
    size_t item_capacity;
    cached_key keys[KEY_CACHE_SIZE];
} reader;

static PyObject *read_value(reader *in, int depth);

static void skip_space(reader *in) {
    while (in->next < in->end &&
           (*in->next == ' ' || *in->next == '\n' || *in->next == '\r' || *in->next == '\t'))
        in->next++;
}

/* Skips whitespace and takes the byte if it comes next. */
static bool take(reader *in, unsigned char byte) {
    skip_space(in);
    if (in->next == in->end || *in->next != byte) return false;
    in->next++;
    return true;
}

/* MARK: - Strings */

static PyObject *text_of(const unsigned char *bytes, size_t count) {
    return cogpy_table.PyUnicode_DecodeUTF8((const char *)bytes, (Py_ssize_t)count, NULL);
}

/* ASCII text. Python would examine each byte again. */
static PyObject *ascii_text(const unsigned char *bytes, size_t count) {
    if (count < LONG_TEXT_BYTES) return text_of(bytes, count);
    /* A one-character string is shared by all its users and can't be resized. */
    PyObject *text = text_of(bytes, 2);
    if (text == NULL) return NULL;
    if (cogpy_table.PyUnicode_Resize(&text, (Py_ssize_t)count) != 0) {
        cogpy_table.Py_DecRef(text);
        return NULL;
    }
    /* The UTF-8 of ASCII text is the text itself, and nothing else has seen the string yet. */
    char *own = (char *)cogpy_table.PyUnicode_AsUTF8AndSize(text, NULL);
    memcpy(own, bytes, count);
    return text;
}

/* The rest of a string with escapes, of which the first is `plain` bytes after `in->next`. */
static PyObject *read_escaped(reader *in, size_t plain) {
    cogpy_text text = {0};
    PyObject *string = NULL;
    for (;;) {
        const unsigned char *at = in->next + plain;
        if (at == in->end || *at < 0x20 || !cogpy_text_reserve(&text, plain + 4)) break;
        memcpy(text.base + text.count, in->next, plain);
        text.count += plain;
        if (*at == '"') {
            string = text_of(text.base, text.count);
            in->next = at + 1;
            break;
        }
        size_t written = cogpy_unescaped(&at, in->end, text.base + text.count);
        if (written == 0) break;
        text.count += written;
        in->next = at;
        plain = cogtext_escape_start(at, 0, (size_t)(in->end - at));
    }
    free(text.base);
    return string;
}

/* A string after its opening quote. */
static PyObject *read_string(reader *in) {
    const unsigned char *start = in->next;
    const size_t count = (size_t)(in->end - start);
    size_t plain = cogtext_plain_end(start, 0, count);
    const bool is_ascii = plain == count || start[plain] < 0x80;
    if (!is_ascii) plain = cogtext_escape_start(start, plain, count);
    if (plain == count || start[plain] != '"') return read_escaped(in, plain);
    in->next = start + plain + 1;
    return is_ascii ? ascii_text(start, plain) : text_of(start, plain);
}

static PyObject *read_key(reader *in) {
    const unsigned char *start = in->next;
    size_t count = cogtext_escape_start(start, 0, (size_t)(in->end - start));
    if (count == 0 || count > CACHED_KEY_LIMIT_BYTES || start + count == in->end || start[count] != '"')
        return read_string(in);
    size_t place = (count * 31 + start[0] * 7u + start[count / 2] * 5u + start[count - 1]) % KEY_CACHE_SIZE;
    cached_key *cached = &in->keys[place];
    if (cached->count != count || memcmp(cached->bytes, start, count) != 0) {
        PyObject *key = text_of(start, count);
        if (key == NULL) return NULL;
        if (cached->key != NULL) cogpy_table.Py_DecRef(cached->key);
        *cached = (cached_key){start, count, key};
    }
    in->next = start + count + 1;
    cogpy_table.Py_IncRef(cached->key);
    return cached->key;
}

/* MARK: - Numbers */

static bool is_digit(const reader *in, const unsigned char *at) {
    return at < in->end && (unsigned char)(*at - '0') < 10;
}

/* Lets Python read the digits from `start` up to `in->next`; only Python gets some numbers right. */
static PyObject *number_by_python(const reader *in, const unsigned char *start, bool is_float) {
    size_t count = (size_t)(in->next - start);
    char *text = malloc(count + 1);
    if (text == NULL) return NULL;
    memcpy(text, start, count);
    text[count] = 0;
    PyObject *number = NULL;
    if (is_float) {
        double value = cogpy_table.PyOS_string_to_double(text, NULL, NULL);
        if (cogpy_table.PyErr_Occurred() == NULL) number = cogpy_table.PyFloat_FromDouble(value);
    } else {
        number = cogpy_table.PyLong_FromString(text, NULL, 10);
    }
    free(text);
    return number;
}

/* Adds the digits at `in->next` to `*digits`, which holds `*count` significant ones so far. */
static void take_digits(reader *in, uint64_t *digits, size_t *count) {
    const unsigned char *at = in->next;
    if (*count == 0)
        while (is_digit(in, at) && *at == '0') at++;
    const unsigned char *first = at;
    uint64_t value = *digits;
    for (cogpy_eight next; in->end - at >= 8 && (next = cogpy_eight_at(at)).count == 8; at += 8)
        value = value * 100000000 + cogpy_joined(next.values);
    for (; is_digit(in, at); at++) value = value * 10 + (uint64_t)(*at - '0');
    *digits = value;
    *count += (size_t)(at - first);
    in->next = at;
}

static PyObject *read_number(reader *in) {
    const unsigned char *start = in->next;
    bool is_negative = *start == '-';
    if (is_negative) in->next++;
    if (!is_digit(in, in->next)) return NULL;
    if (*in->next == '0' && is_digit(in, in->next + 1)) return NULL;
    uint64_t digits = 0;
    size_t count = 0;
    take_digits(in, &digits, &count);
    bool is_float = false;
    long exponent = 0;
    if (in->next < in->end && *in->next == '.') {
        const unsigned char *fraction = ++in->next;
        if (!is_digit(in, fraction)) return NULL;
        take_digits(in, &digits, &count);
        exponent = fraction - in->next;
        is_float = true;
    }
    if (in->next < in->end && (*in->next | 0x20) == 'e') {
        in->next++;
        bool is_below = in->next < in->end && *in->next == '-';
        if (is_below || (in->next < in->end && *in->next == '+')) in->next++;
        if (!is_digit(in, in->next)) return NULL;
        long written = 0;
        for (; is_digit(in, in->next); in->next++)
            if (written < 100000) written = written * 10 + (*in->next - '0');
        exponent += is_below ? -written : written;
        is_float = true;
    }
    if (!is_float) {
        if (count > 18) return number_by_python(in, start, false);
        return cogpy_table.PyLong_FromLongLong(is_negative ? -(long long)digits : (long long)digits);
    }
    double value;
    if (count > COGPY_DIGIT_LIMIT || exponent < -1000 || exponent > 1000 ||
        !cogpy_float_from_digits(digits, (int)exponent, &value))
        return number_by_python(in, start, true);
    return cogpy_table.PyFloat_FromDouble(is_negative ? -value : value);
}

/* MARK: - Containers */

static bool push(reader *in, PyObject *item) {
    if (in->item_count == in->item_capacity) {
        size_t capacity = in->item_capacity == 0 ? 64 : in->item_capacity * 2;
        PyObject **items = capacity > SIZE_MAX / sizeof *items ? NULL : realloc(in->items, capacity * sizeof *items);
        if (items == NULL) return false;
        in->items = items;
        in->item_capacity = capacity;
    }
    in->items[in->item_count++] = item;
    return true;
}

/* A list after its opening bracket. If it fails, the outermost caller releases the items pushed so far. */
static PyObject *read_list(reader *in, int depth) {
    size_t first = in->item_count;
    if (!take(in, ']')) {
        do {
            skip_space(in);
            double number;
            PyObject *item = cogpy_take_usual_float(&in->next, in->end, &number)
                ? cogpy_table.PyFloat_FromDouble(number)
                : read_value(in, depth);
            if (item == NULL) return NULL;
            if (!push(in, item)) {
                cogpy_table.Py_DecRef(item);
                return NULL;
            }
        } while (take(in, ','));
        if (!take(in, ']')) return NULL;
    }
    PyObject *list = cogpy_table.PyList_New((Py_ssize_t)(in->item_count - first));
    if (list == NULL) return NULL;
    for (size_t i = first; i < in->item_count; i++)
        cogpy_table.PyList_SetItem(list, (Py_ssize_t)(i - first), in->items[i]); /* takes the reference */
    in->item_count = first;
    return list;
}

static bool read_member(reader *in, PyObject *object, int depth) {
    if (!take(in, '"')) return false;
    PyObject *key = read_key(in);
    if (key == NULL) return false;
    PyObject *value = take(in, ':') ? read_value(in, depth) : NULL;
    bool is_set = value != NULL && cogpy_table.PyDict_SetItem(object, key, value) == 0;
    if (value != NULL) cogpy_table.Py_DecRef(value);
    cogpy_table.Py_DecRef(key);
    return is_set;
}

/* An object after its opening brace. */
static PyObject *read_object(reader *in, int depth) {
    PyObject *object = cogpy_table.PyDict_New();
    if (object == NULL || take(in, '}')) return object;
    do {
        if (!read_member(in, object, depth)) goto fail;
    } while (take(in, ','));
    if (take(in, '}')) return object;
fail:
    cogpy_table.Py_DecRef(object);
    return NULL;
}

/* One of Python's constants, if the text continues with `word`. */
static PyObject *read_word(reader *in, const char *word, void *constant) {
    size_t count = strlen(word);
    if ((size_t)(in->end - in->next) < count || memcmp(in->next, word, count) != 0) return NULL;
    in->next += count;
    cogpy_table.Py_IncRef(constant);
    return constant;
}

/* NULL without an exception if the text isn't JSON or `json` is needed. */
static PyObject *read_value(reader *in, int depth) {
    skip_space(in);
    if (in->next == in->end) return NULL;
    switch (*in->next) {
    case '"': in->next++; return read_string(in);
    case '[': in->next++; return depth == COGPY_DEPTH_LIMIT ? NULL : read_list(in, depth + 1);
    case '{': in->next++; return depth == COGPY_DEPTH_LIMIT ? NULL : read_object(in, depth + 1);
    case 't': return read_word(in, "true", cogpy_table._Py_TrueStruct);
    case 'f': return read_word(in, "false", cogpy_table._Py_FalseStruct);
    case 'n': return read_word(in, "null", cogpy_table._Py_NoneStruct);
    default: return read_number(in);
    }
}

PyObject *cogpy_decode(const unsigned char *bytes, size_t count) {
    reader in = {.next = bytes, .end = bytes + count};
    PyObject *value = read_value(&in, 0);
    skip_space(&in);
    if (value != NULL && in.next != in.end) {
        cogpy_table.Py_DecRef(value);
        value = NULL;
    }
    while (in.item_count > 0) cogpy_table.Py_DecRef(in.items[--in.item_count]);
    for (int i = 0; i < KEY_CACHE_SIZE; i++)
        if (in.keys[i].key != NULL) cogpy_table.Py_DecRef(in.keys[i].key);
    free(in.items);
    /* `json` encounters whatever stopped this, and reports it in its own words. */
    if (value == NULL) cogpy_table.PyErr_Clear();
    return value;
}
