#include "writer.h"

static cogpy_encoding write_value(cogpy_writer *out, PyObject *value, int depth);

static cogpy_encoding done(bool is_written) { return is_written ? COGPY_ENCODED : COGPY_NOT_ENCODED; }

static cogpy_encoding write_float(cogpy_writer *out, PyObject *value) {
    return done(cogpy_put_float(out, cogpy_table.PyFloat_AsDouble(value)));
}

static cogpy_encoding write_integer(cogpy_writer *out, PyObject *value) {
    int overflow = 0;
    long long number = cogpy_table.PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow != 0) return COGPY_NOT_ENCODED;
    return done(cogpy_put_integer(out, number < 0, number < 0 ? -(uint64_t)number : (uint64_t)number));
}

static cogpy_encoding write_string(cogpy_writer *out, PyObject *value) {
    Py_ssize_t count = 0;
    const char *bytes = cogpy_table.PyUnicode_AsUTF8AndSize(value, &count);
    if (bytes == NULL) {
        cogpy_table.PyErr_Clear(); /* a lone surrogate, or no memory */
        return COGPY_NOT_ENCODED;
    }
    return done(cogpy_put(out, "\"", 1) &&
                cogpy_text_append_escaped(out->text, (const unsigned char *)bytes, (size_t)count) &&
                cogpy_put(out, "\"", 1));
}

/* How to get the size of a list or tuple, and a borrowed reference to an item. */
typedef struct {
    Py_ssize_t (*size)(PyObject *sequence);
    PyObject *(*item)(PyObject *sequence, Py_ssize_t index);
} sequence_access;

static sequence_access access_to(PyObject *sequence) {
    if (sequence->type == cogpy_table.PyList_Type)
        return (sequence_access){cogpy_table.PyList_Size, cogpy_table.PyList_GetItem};
    return (sequence_access){cogpy_table.PyTuple_Size, cogpy_table.PyTuple_GetItem};
}

static cogpy_encoding write_sequence(cogpy_writer *out, PyObject *value, int depth) {
    if (!cogpy_put(out, "[", 1)) return COGPY_NOT_ENCODED;
    const sequence_access access = access_to(value);
    Py_ssize_t count = access.size(value);
    for (Py_ssize_t i = 0; i < count; i++) {
        if (i > 0 && !cogpy_put(out, ",", 1)) return COGPY_NOT_ENCODED;
        PyObject *item = access.item(value, i);
        if (item->type == cogpy_table.PyFloat_Type) {
            if (!cogpy_put_float(out, cogpy_table.PyFloat_AsDouble(item))) return COGPY_NOT_ENCODED;
            continue;
        }
        cogpy_encoding outcome = write_value(out, item, depth);
        if (outcome != COGPY_ENCODED) return outcome;
        count = access.size(value); /* a replacer may have changed it */
    }
    return done(cogpy_put(out, "]", 1));
}

static cogpy_encoding write_object(cogpy_writer *out, PyObject *value, int depth) {
    if (!cogpy_put(out, "{", 1)) return COGPY_NOT_ENCODED;
    Py_ssize_t position = 0;
    PyObject *key, *item; /* borrowed */
    for (bool is_first = true; cogpy_table.PyDict_Next(value, &position, &key, &item); is_first = false) {
        if (key->type != cogpy_table.PyUnicode_Type) return COGPY_NOT_ENCODED;
        if (!is_first && !cogpy_put(out, ",", 1)) return COGPY_NOT_ENCODED;
        if (write_string(out, key) != COGPY_ENCODED || !cogpy_put(out, ":", 1)) return COGPY_NOT_ENCODED;
        cogpy_encoding outcome = write_value(out, item, depth);
        if (outcome != COGPY_ENCODED) return outcome;
    }
    return done(cogpy_put(out, "}", 1));
}

/* Writes the replacement for a value whose type has one. */
static cogpy_encoding write_replaced(cogpy_writer *out, PyObject *value, int depth) {
    PyObject *replacer = cogpy_table.PyDict_GetItem(out->replacers, value->type); /* borrowed */
    if (replacer == NULL) return COGPY_NOT_ENCODED;
    cogpy_encoding encoded = cogpy_write_numbers(out, value, depth);
    if (encoded == COGPY_ENCODED) return encoded;
    PyObject *plain = cogpy_table.PyObject_CallFunctionObjArgs(replacer, value, NULL);
    if (plain == NULL) {
        /* `json` encounters the same failure and says where. An interruption of the model must not be requested twice,
         * though. */
        if (!cogpy_table.PyErr_ExceptionMatches(*(PyObject **)cogpy_table.PyExc_Exception)) return COGPY_RAISED;
        cogpy_table.PyErr_Clear();
        return COGPY_NOT_ENCODED;
    }
    cogpy_encoding outcome = write_value(out, plain, depth);
    cogpy_table.Py_DecRef(plain);
    return outcome;
}

static cogpy_encoding write_composed(cogpy_writer *out, PyObject *value, int depth) {
    void *type = value->type;
    if (type == cogpy_table.PyList_Type || type == cogpy_table.PyTuple_Type) return write_sequence(out, value, depth);
    if (type == cogpy_table.PyDict_Type) return write_object(out, value, depth);
    return write_replaced(out, value, depth);
}

static cogpy_encoding write_value(cogpy_writer *out, PyObject *value, int depth) {
    void *type = value->type;
    if (type == cogpy_table.PyFloat_Type) return write_float(out, value);
    if (type == cogpy_table.PyUnicode_Type) return write_string(out, value);
    if (type == cogpy_table.PyLong_Type) return write_integer(out, value);
    if (value == cogpy_table._Py_NoneStruct) return done(cogpy_put(out, "null", 4));
    if (value == cogpy_table._Py_TrueStruct) return done(cogpy_put(out, "true", 4));
    if (value == cogpy_table._Py_FalseStruct) return done(cogpy_put(out, "false", 5));
    if (depth == COGPY_DEPTH_LIMIT) return COGPY_NOT_ENCODED;
    /* The replacers run Python code, which may change any list or dictionary, so hold a reference to what is being
     * written. */
    cogpy_table.Py_IncRef(value);
    cogpy_encoding outcome = write_composed(out, value, depth + 1);
    cogpy_table.Py_DecRef(value);
    return outcome;
}

cogpy_encoding cogpy_encode(PyObject *value, PyObject *replacers, size_t limit_bytes, cogpy_text *text) {
    cogpy_writer out = {text, limit_bytes, replacers};
    return write_value(&out, value, 0);
}

/* Adds the type of an item to a set, unless the previous item had the same type. */
static inline bool note_type(PyObject *types, PyObject *item, void **last) {
    if (item->type == *last) return true;
    *last = item->type;
    /* A class's metaclass may compute its hash in Python and change the container meanwhile. */
    cogpy_table.Py_IncRef(*last);
    const int status = cogpy_table.PySet_Add(types, *last);
    cogpy_table.Py_DecRef(*last);
    return status == 0;
}

PyObject *cogpy_types_in(PyObject *container) {
    const bool is_dict = container->type == cogpy_table.PyDict_Type;
    if (!is_dict && container->type != cogpy_table.PyList_Type && container->type != cogpy_table.PyTuple_Type) {
        cogpy_table.PyErr_SetString(*(PyObject **)cogpy_table.PyExc_TypeError, "a list, tuple, or dict is required");
        return NULL;
    }
    PyObject *types = cogpy_table.PySet_New(NULL);
    if (types == NULL) return NULL;
    void *last = NULL;
    if (is_dict) {
        Py_ssize_t position = 0;
        PyObject *key, *item; /* borrowed */
        while (cogpy_table.PyDict_Next(container, &position, &key, &item))
            if (!note_type(types, item, &last)) goto fail;
        return types;
    }
    const sequence_access access = access_to(container);
    Py_ssize_t count = access.size(container);
    for (Py_ssize_t i = 0; i < count; i++) {
        const void *before = last;
        if (!note_type(types, access.item(container, i), &last)) goto fail;
        if (last != before) count = access.size(container);
    }
    return types;
fail:
    cogpy_table.Py_DecRef(types);
    return NULL;
}
