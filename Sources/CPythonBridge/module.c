/* The built-in module `_coglet`. Its Python face is described in python/_coglet.pyi. */
#include "python.h"

#include <stdlib.h>
#include <string.h>

static const cogpy_options *options;
static const cogpy_callbacks *callbacks;
static void *context;

/* Up to this size a frame is copied into the outgoing buffer; larger ones are written from where they lie. */
enum { QUEUE_LIMIT_BYTES = 32 * 1024 };

static void flush_without_gil(const cogpy_frame *frame) {
    PyThreadState *state = cogpy_table.PyEval_SaveThread();
    callbacks->flush(context, frame);
    cogpy_table.PyEval_RestoreThread(state);
}

static void submit(const cogpy_frame *frame, int urgency) {
    size_t count = 0;
    for (size_t i = 0; i < frame->part_count; i++) count += frame->parts[i].count;
    int outcome = COGPY_NOT_QUEUED;
    if (count <= QUEUE_LIMIT_BYTES && frame->descriptor < 0) outcome = callbacks->queue(context, frame, urgency);
    if (outcome == COGPY_NOT_QUEUED) {
        flush_without_gil(frame);
    } else if (outcome == COGPY_QUEUED_FLUSH) {
        flush_without_gil(NULL);
    }
}

/* The contents of a str (as UTF-8) or bytes object, borrowed. Returns false with an exception set. */
static bool contents(PyObject *object, cogpy_bytes *bytes) {
    Py_ssize_t count = 0;
    int is_string = cogpy_table.PyObject_IsInstance(object, cogpy_table.PyUnicode_Type);
    if (is_string < 0) return false;
    if (is_string) {
        bytes->base = cogpy_table.PyUnicode_AsUTF8AndSize(object, &count);
        if (bytes->base == NULL) return false;
    } else {
        char *base = NULL;
        if (cogpy_table.PyBytes_AsStringAndSize(object, &base, &count) != 0) return false;
        bytes->base = base;
    }
    bytes->count = (size_t)count;
    return true;
}

static bool number(PyObject *object, long *value) {
    *value = cogpy_table.PyLong_AsLong(object);
    return *value != -1 || cogpy_table.PyErr_Occurred() == NULL;
}

static bool arity(Py_ssize_t count, Py_ssize_t wanted) {
    if (count == wanted) return true;
    cogpy_table.PyErr_SetString(*(PyObject **)cogpy_table.PyExc_TypeError, "wrong number of arguments");
    return false;
}

static PyObject *byte_object(cogpy_bytes bytes) {
    return cogpy_table.PyBytes_FromStringAndSize(bytes.base, (Py_ssize_t)bytes.count);
}

static PyObject *text_object(cogpy_bytes bytes) {
    return cogpy_table.PyUnicode_DecodeUTF8(bytes.base, (Py_ssize_t)bytes.count, "strict");
}

/* A tuple of the strings that were cut out of the body: str, or bytes where JSON escapes are still in them. */
static PyObject *string_tuple(const cogpy_request *request) {
    PyObject *tuple = cogpy_table.PyTuple_New((Py_ssize_t)request->string_count);
    if (tuple == NULL) return NULL;
    for (size_t i = 0; i < request->string_count; i++) {
        cogpy_bytes bytes = request->strings[i];
        PyObject *item = request->escaped[i]
                             ? byte_object(bytes)
                             : text_object(bytes);
        if (item == NULL) {
            cogpy_table.Py_DecRef(tuple);
            return NULL;
        }
        cogpy_table.PyTuple_SetItem(tuple, (Py_ssize_t)i, item); /* takes the reference */
    }
    return tuple;
}

static PyObject *request_tuple(const cogpy_request *request) {
    PyObject *items[4] = {
        cogpy_table.PyLong_FromUnsignedLong(request->token),
        text_object(request->meta),
        text_object(request->text),
        request->string_count ? string_tuple(request) : cogpy_none(),
    };
    PyObject *tuple = NULL;
    for (int i = 0; i < 4; i++)
        if (items[i] == NULL) goto fail;
    tuple = cogpy_table.PyTuple_New(4);
    if (tuple == NULL) goto fail;
    for (int i = 0; i < 4; i++) cogpy_table.PyTuple_SetItem(tuple, i, items[i]);
    return tuple;
fail:
    for (int i = 0; i < 4; i++)
        if (items[i] != NULL) cogpy_table.Py_DecRef(items[i]);
    return NULL;
}

/* receive(wait) -> request tuple | None when nothing is there | False at the end */
static PyObject *receive(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    long wait = 0;
    if (!arity(count, 1) || !number(arguments[0], &wait)) return NULL;
    for (;;) {
        cogpy_request request;
        int outcome;
        if (wait) {
            PyThreadState *state = cogpy_table.PyEval_SaveThread();
            outcome = callbacks->receive(context, true, &request);
            cogpy_table.PyEval_RestoreThread(state);
        } else {
            outcome = callbacks->receive(context, false, &request);
        }
        switch (outcome) {
        case COGPY_REQUEST: return request_tuple(&request);
        case COGPY_AGAIN: return cogpy_none();
        case COGPY_INTERRUPTED:
            if (cogpy_table.PyErr_CheckSignals() != 0) return NULL;
            continue;
        default: return cogpy_table.PyBool_FromLong(0);
        }
    }
}

/* send(kind, detail, token, data, descriptor, urgency) */
static PyObject *send_frame(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    long kind, detail, token, descriptor, urgency;
    cogpy_bytes part;
    if (!arity(count, 6) || !number(arguments[0], &kind) || !number(arguments[1], &detail) ||
        !number(arguments[2], &token) || !contents(arguments[3], &part) || !number(arguments[4], &descriptor) ||
        !number(arguments[5], &urgency))
        return NULL;
    cogpy_frame frame = {(uint8_t)kind, (uint8_t)detail, (uint32_t)token, (int)descriptor, &part, 1};
    submit(&frame, (int)urgency);
    return cogpy_none();
}

/* The escape of a byte that JSON strings can't hold raw (RFC 8259 section 7), or NULL. */
static const char *short_escape(unsigned char byte) {
    switch (byte) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\b': return "\\b";
    case '\t': return "\\t";
    case '\n': return "\\n";
    case '\f': return "\\f";
    case '\r': return "\\r";
    default: return NULL;
    }
}

/* Written without branches in the loop body so that the compiler can use vectors: strings of megabytes pass here. */
static bool needs_escape(const unsigned char *bytes, size_t count) {
    unsigned found = 0;
    size_t i = 0;
    while (i < count && !found) {
        size_t end = count - i > 4096 ? i + 4096 : count;
        for (; i < end; i++) found |= (bytes[i] < 0x20) | (bytes[i] == '"') | (bytes[i] == '\\');
    }
    return found != 0;
}

static unsigned char *escape(const unsigned char *bytes, size_t count, size_t *length) {
    static const char hex[] = "0123456789abcdef";
    if (count > SIZE_MAX / 6) return NULL;
    unsigned char *text = malloc(count * 6 + 1);
    if (text == NULL) return NULL;
    unsigned char *end = text;
    for (size_t i = 0; i < count; i++) {
        unsigned char byte = bytes[i];
        const char *brief = short_escape(byte);
        if (brief != NULL) {
            *end++ = (unsigned char)brief[0];
            *end++ = (unsigned char)brief[1];
        } else if (byte < 0x20) {
            memcpy(end, "\\u00", 4);
            end[4] = (unsigned char)hex[byte >> 4];
            end[5] = (unsigned char)hex[byte & 15];
            end += 6;
        } else {
            *end++ = byte;
        }
    }
    *length = (size_t)(end - text);
    return text;
}

/* send_string(kind, detail, token, text, urgency): the payload is `text` as a JSON string */
static PyObject *send_string(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    long kind, detail, token, urgency;
    cogpy_bytes text;
    if (!arity(count, 5) || !number(arguments[0], &kind) || !number(arguments[1], &detail) ||
        !number(arguments[2], &token) || !contents(arguments[3], &text) || !number(arguments[4], &urgency))
        return NULL;
    unsigned char *escaped = NULL;
    if (needs_escape(text.base, text.count)) {
        escaped = escape(text.base, text.count, &text.count);
        if (escaped == NULL) return cogpy_table.PyErr_NoMemory();
        text.base = escaped;
    }
    cogpy_bytes parts[3] = {{"\"", 1}, text, {"\"", 1}};
    cogpy_frame frame = {(uint8_t)kind, (uint8_t)detail, (uint32_t)token, -1, parts, 3};
    submit(&frame, (int)urgency);
    free(escaped);
    return cogpy_none();
}

/* flush() */
static PyObject *flush(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    (void)arguments;
    if (!arity(count, 0)) return NULL;
    flush_without_gil(NULL);
    return cogpy_none();
}

/* ended(token) */
static PyObject *ended(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    long token;
    if (!arity(count, 1) || !number(arguments[0], &token)) return NULL;
    callbacks->ended(context, (uint32_t)token);
    return cogpy_none();
}

/* cancel_requested(token) -> bool */
static PyObject *cancel_requested(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    long token;
    if (!arity(count, 1) || !number(arguments[0], &token)) return NULL;
    return cogpy_table.PyBool_FromLong(callbacks->cancel_requested(context, (uint32_t)token));
}

/* interrupt(thread, exception type | None) */
static PyObject *interrupt(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    if (!arity(count, 2)) return NULL;
    unsigned long thread = cogpy_table.PyLong_AsUnsignedLong(arguments[0]);
    if (cogpy_table.PyErr_Occurred() != NULL) return NULL;
    bool takes_back = arguments[1] == (PyObject *)cogpy_table._Py_NoneStruct;
    cogpy_table.PyThreadState_SetAsyncExc(thread, takes_back ? NULL : arguments[1]);
    return cogpy_none();
}

/* control(wait) -> (kind, token) | None when nothing is there | False at the end */
static PyObject *control(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    long wait;
    if (!arity(count, 1) || !number(arguments[0], &wait)) return NULL;
    cogpy_control message;
    PyThreadState *state = cogpy_table.PyEval_SaveThread();
    int outcome = callbacks->control(context, wait != 0, &message);
    cogpy_table.PyEval_RestoreThread(state);
    if (outcome == COGPY_AGAIN) return cogpy_none();
    if (outcome != COGPY_REQUEST) return cogpy_table.PyBool_FromLong(0);
    PyObject *tuple = cogpy_table.PyTuple_New(2);
    if (tuple == NULL) return NULL;
    cogpy_table.PyTuple_SetItem(tuple, 0, cogpy_table.PyLong_FromUnsignedLong(message.kind));
    cogpy_table.PyTuple_SetItem(tuple, 1, cogpy_table.PyLong_FromUnsignedLong(message.token));
    return tuple;
}

/* healthy(token, problem): answers a health check; an empty problem means healthy */
static PyObject *healthy(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    long token;
    cogpy_bytes text;
    if (!arity(count, 2) || !number(arguments[0], &token) || !contents(arguments[1], &text)) return NULL;
    callbacks->healthy(context, (uint32_t)token, text);
    return cogpy_none();
}

static PyMethodDef methods[] = {
    {"receive", receive, METH_FASTCALL, NULL},
    {"send", send_frame, METH_FASTCALL, NULL},
    {"send_string", send_string, METH_FASTCALL, NULL},
    {"flush", flush, METH_FASTCALL, NULL},
    {"ended", ended, METH_FASTCALL, NULL},
    {"cancel_requested", cancel_requested, METH_FASTCALL, NULL},
    {"interrupt", interrupt, METH_FASTCALL, NULL},
    {"control", control, METH_FASTCALL, NULL},
    {"healthy", healthy, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef definition = {
    .reference_count = 1,
    .name = "_coglet",
    .doc = "The worker's connection to the prediction server.",
    .size = -1,
    .methods = methods,
};

void cogpy_module_configure(const cogpy_options *new_options, const cogpy_callbacks *new_callbacks,
                            void *new_context) {
    options = new_options;
    callbacks = new_callbacks;
    context = new_context;
}

PyObject *cogpy_module_init(void) {
    PyObject *module = cogpy_table.PyModule_Create2(&definition, PYTHON_API_VERSION_STABLE);
    if (module == NULL) return NULL;
    if (cogpy_table.PyModule_AddStringConstant(module, "settings", options->settings) != 0 ||
        cogpy_table.PyModule_AddIntConstant(module, "work_descriptor", options->work_descriptor) != 0 ||
        cogpy_table.PyModule_AddIntConstant(module, "control_descriptor", options->control_descriptor) != 0) {
        cogpy_table.Py_DecRef(module);
        return NULL;
    }
    return module;
}
