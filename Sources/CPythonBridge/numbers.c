/* numpy's arrays and numbers, written in place: `tolist()` would first make an object for each number. */
#include "writer.h"

typedef struct {
    const Py_buffer *buffer;
    bool (*put)(cogpy_writer *out, const char *item);
} array;

#define PUT_SIGNED(name, type)                                                                  \
    static bool name(cogpy_writer *out, const char *item) {                                     \
        type value;                                                                             \
        memcpy(&value, item, sizeof value);                                                     \
        return cogpy_put_integer(out, value < 0, value < 0 ? -(uint64_t)value : (uint64_t)value); \
    }
#define PUT_UNSIGNED(name, type)                        \
    static bool name(cogpy_writer *out, const char *item) { \
        type value;                                     \
        memcpy(&value, item, sizeof value);             \
        return cogpy_put_integer(out, false, value);    \
    }
PUT_SIGNED(put_int8, int8_t)
PUT_SIGNED(put_int16, int16_t)
PUT_SIGNED(put_int32, int32_t)
PUT_SIGNED(put_int64, int64_t)
PUT_UNSIGNED(put_uint8, uint8_t)
PUT_UNSIGNED(put_uint16, uint16_t)
PUT_UNSIGNED(put_uint32, uint32_t)
PUT_UNSIGNED(put_uint64, uint64_t)

static bool put_double(cogpy_writer *out, const char *item) {
    double value;
    memcpy(&value, item, sizeof value);
    return cogpy_put_float(out, value);
}

/* Python has no smaller floats, so the text is that of the double with the same value. */
static bool put_single(cogpy_writer *out, const char *item) {
    float value;
    memcpy(&value, item, sizeof value);
    return cogpy_put_float(out, (double)value);
}

static bool put_half(cogpy_writer *out, const char *item) {
    uint16_t bits;
    memcpy(&bits, item, sizeof bits);
    const int exponent = bits >> 10 & 0x1F, fraction = bits & 0x3FF;
    if (exponent == 0x1F) return false;
    const double value = exponent == 0 ? ldexp(fraction, -24) : ldexp(fraction + 0x400, exponent - 25);
    return cogpy_put_float(out, bits & 0x8000 ? -value : value);
}

static bool put_bool(cogpy_writer *out, const char *item) {
    return *item ? cogpy_put(out, "true", 4) : cogpy_put(out, "false", 5);
}

static bool (*putter(const Py_buffer *buffer))(cogpy_writer *, const char *) {
    const char *format = buffer->format;
    if (format == NULL || format[0] == 0 || format[1] != 0) return NULL;
    const Py_ssize_t size = buffer->itemsize;
    switch (format[0]) {
    case '?': return size == 1 ? put_bool : NULL;
    case 'd': return size == 8 ? put_double : NULL;
    case 'f': return size == 4 ? put_single : NULL;
    case 'e': return size == 2 ? put_half : NULL;
    case 'b':
    case 'h':
    case 'i':
    case 'l':
    case 'q': return size == 8 ? put_int64 : size == 4 ? put_int32 : size == 2 ? put_int16 : size == 1 ? put_int8 : NULL;
    case 'B':
    case 'H':
    case 'I':
    case 'L':
    case 'Q':
        return size == 8 ? put_uint64 : size == 4 ? put_uint32 : size == 2 ? put_uint16 : size == 1 ? put_uint8 : NULL;
    default: return NULL;
    }
}

static bool put_dimension(cogpy_writer *out, const array *numbers, const char *start, int dimension) {
    const Py_buffer *buffer = numbers->buffer;
    if (dimension == buffer->ndim) return numbers->put(out, start);
    const Py_ssize_t count = buffer->shape[dimension], stride = buffer->strides[dimension];
    if (!cogpy_put(out, "[", 1)) return false;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (i > 0 && !cogpy_put(out, ",", 1)) return false;
        if (!put_dimension(out, numbers, start + i * stride, dimension + 1)) return false;
    }
    return cogpy_put(out, "]", 1);
}

cogpy_encoding cogpy_write_numbers(cogpy_writer *out, PyObject *value, int depth) {
    Py_buffer buffer;
    if (!cogpy_table.PyObject_CheckBuffer(value)) return COGPY_NOT_ENCODED;
    if (cogpy_table.PyObject_GetBuffer(value, &buffer, PYBUF_RECORDS_RO) != 0) {
        cogpy_table.PyErr_Clear(); /* a buffer can't hold items of this type, such as times */
        return COGPY_NOT_ENCODED;
    }
    const array numbers = {&buffer, putter(&buffer)};
    const size_t before = out->text->count;
    /* `depth` already counts the outermost list. */
    bool is_written = numbers.put != NULL && depth + buffer.ndim - 1 <= COGPY_DEPTH_LIMIT &&
                      put_dimension(out, &numbers, buffer.buf, 0);
    if (!is_written) out->text->count = before;
    cogpy_table.PyBuffer_Release(&buffer);
    return is_written ? COGPY_ENCODED : COGPY_NOT_ENCODED;
}
