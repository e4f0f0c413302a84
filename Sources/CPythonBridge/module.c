/* The built-in module `_coglet`. python/_coglet.pyi describes its Python interface. */
#include "codec.h"
#include "fork.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const cogpy_options *options;
static const cogpy_callbacks *callbacks;
static void *context;

/* Frames up to this size are copied into the outgoing buffer; larger ones are written in place. */
enum { QUEUE_LIMIT_BYTES = 32 * 1024 };

static void flush_without_gil(const cogpy_frame *frame) {
    PyThreadState *state = cogpy_table.PyEval_SaveThread();
    callbacks->flush(context, frame);
    cogpy_table.PyEval_RestoreThread(state);
}

/* False, with an exception set, if the frame is larger than the server accepts. */
static bool submit(const cogpy_frame *frame, int urgency) {
    size_t count = 0;
    for (size_t i = 0; i < frame->part_count; i++) count += frame->parts[i].count;
    if (count > options->frame_limit_bytes) {
        cogpy_table.PyErr_SetString(*(PyObject **)cogpy_table.PyExc_ValueError,
                                    "the output is larger than 1 GiB as JSON text; return it as a file");
        return false;
    }
    int outcome = COGPY_NOT_QUEUED;
    if (count <= QUEUE_LIMIT_BYTES && frame->descriptor < 0) outcome = callbacks->queue(context, frame, urgency);
    if (outcome == COGPY_NOT_QUEUED) {
        flush_without_gil(frame);
    } else if (outcome == COGPY_QUEUED_FLUSH) {
        flush_without_gil(NULL);
    }
    return true;
}

/* The contents of a str (as UTF-8) or bytes object, borrowed. False, with an exception set, for other objects. */
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

/* The value of a JSON text. The text itself if `json` has to decode it; None if there is no text. */
static PyObject *content(cogpy_bytes text) {
    if (text.count == 0) return cogpy_none();
    PyObject *value = cogpy_decode(text.base, text.count);
    return value == NULL ? byte_object(text) : value;
}

static PyObject *request_tuple(const cogpy_request *request) {
    PyObject *items[3] = {
        cogpy_table.PyLong_FromUnsignedLong(request->token),
        content(request->meta),
        content(request->text),
    };
    PyObject *tuple = NULL;
    for (int i = 0; i < 3; i++)
        if (items[i] == NULL) goto fail;
    tuple = cogpy_table.PyTuple_New(3);
    if (tuple == NULL) goto fail;
    for (int i = 0; i < 3; i++) cogpy_table.PyTuple_SetItem(tuple, i, items[i]);
    return tuple;
fail:
    for (int i = 0; i < 3; i++)
        if (items[i] != NULL) cogpy_table.Py_DecRef(items[i]);
    return NULL;
}

static PyObject *next_request(PyObject *const *arguments, Py_ssize_t count, int how) {
    long wait = 0;
    if (!arity(count, 1) || !number(arguments[0], &wait)) return NULL;
    for (;;) {
        cogpy_request request;
        int outcome;
        if (wait != 0) {
            PyThreadState *state = cogpy_table.PyEval_SaveThread();
            if (wait < 0) callbacks->flush(context, NULL);
            outcome = callbacks->receive(context, how | (wait < 0 ? COGPY_POLL : COGPY_WAIT), &request);
            cogpy_table.PyEval_RestoreThread(state);
        } else {
            outcome = callbacks->receive(context, how, &request);
        }
        switch (outcome) {
        case COGPY_REQUEST: return request_tuple(&request);
        case COGPY_BATCH: return byte_object(request.text);
        case COGPY_AGAIN: return cogpy_none();
        case COGPY_INTERRUPTED:
            if (cogpy_table.PyErr_CheckSignals() != 0) return NULL;
            continue;
        default: return cogpy_table.PyBool_FromLong(0);
        }
    }
}

/* receive(wait) -> request tuple | None if there is none | False at the end */
static PyObject *receive(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    return next_request(arguments, count, 0);
}

/* gather(wait) -> request tuple | tokens of a batch | None if there is neither | False at the end */
static PyObject *gather(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    return next_request(arguments, count, COGPY_GATHER);
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
    return submit(&frame, (int)urgency) ? cogpy_none() : NULL;
}

/* send_string(kind, detail, token, text, urgency): the payload is `text` as a JSON string */
static PyObject *send_string(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    long kind, detail, token, urgency;
    cogpy_bytes text;
    if (!arity(count, 5) || !number(arguments[0], &kind) || !number(arguments[1], &detail) ||
        !number(arguments[2], &token) || !contents(arguments[3], &text) || !number(arguments[4], &urgency))
        return NULL;
    cogpy_text escaped = {0};
    if (cogtext_escape_start(text.base, 0, text.count) != text.count) {
        if (!cogpy_text_append_escaped(&escaped, text.base, text.count)) {
            free(escaped.base);
            return cogpy_table.PyErr_NoMemory();
        }
        text = (cogpy_bytes){escaped.base, escaped.count};
    }
    cogpy_bytes parts[3] = {{"\"", 1}, text, {"\"", 1}};
    cogpy_frame frame = {(uint8_t)kind, (uint8_t)detail, (uint32_t)token, -1, parts, 3};
    bool is_submitted = submit(&frame, (int)urgency);
    free(escaped.base);
    return is_submitted ? cogpy_none() : NULL;
}

/* decode(text) -> value of JSON text | None if it is null or `json` has to decode it */
static PyObject *decode(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    cogpy_bytes text;
    if (!arity(count, 1) || !contents(arguments[0], &text)) return NULL;
    PyObject *value = cogpy_decode(text.base, text.count);
    return value == NULL ? cogpy_none() : value;
}

/* encode(value, replacers) -> JSON text | None if `json` has to encode it */
static PyObject *encode(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    if (!arity(count, 2)) return NULL;
    cogpy_text text = {0};
    PyObject *encoded = NULL;
    switch (cogpy_encode(arguments[0], arguments[1], options->frame_limit_bytes, &text)) {
    case COGPY_ENCODED: encoded = byte_object((cogpy_bytes){text.base, text.count}); break;
    case COGPY_NOT_ENCODED: encoded = cogpy_none(); break;
    case COGPY_RAISED: break;
    }
    free(text.base);
    return encoded;
}

/* types_in(container) -> set of the types of its items */
static PyObject *types_in(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    return arity(count, 1) ? cogpy_types_in(arguments[0]) : NULL;
}

/* flush() */
static PyObject *flush(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    (void)arguments;
    if (!arity(count, 0)) return NULL;
    flush_without_gil(NULL);
    return cogpy_none();
}

/* settle(): makes sure that what was printed so far precedes what another process prints from now on */
static PyObject *settle(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    (void)arguments;
    if (!arity(count, 0)) return NULL;
    if (cogpy_is_forking()) return cogpy_none(); /* a template's worker prints nothing on its behalf */
    PyThreadState *state = cogpy_table.PyEval_SaveThread();
    callbacks->settle(context);
    cogpy_table.PyEval_RestoreThread(state);
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

/* is_canceled(token) -> bool */
static PyObject *is_canceled(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    long token;
    if (!arity(count, 1) || !number(arguments[0], &token)) return NULL;
    return cogpy_table.PyBool_FromLong(callbacks->is_canceled(context, (uint32_t)token));
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

/* control(wait) -> (kind, token) | None if there is no message | False at the end */
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

/* rehearse() -> the reason why workers can't be forked, or '' */
static PyObject *rehearse(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    (void)arguments;
    return arity(count, 0) ? cogpy_rehearse() : NULL;
}

/* template() -> the order, in each forked worker; None in the template when it ends */
static PyObject *template(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    (void)arguments;
    return arity(count, 0) ? cogpy_serve_as_template(callbacks, context) : NULL;
}

/* moved(temporary folder) */
static PyObject *moved(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    cogpy_bytes folder;
    if (!arity(count, 1) || !contents(arguments[0], &folder)) return NULL;
    callbacks->moved(context, folder);
    return cogpy_none();
}

/* leave(status): ends a forked worker without finalizing the interpreter */
static PyObject *leave(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    (void)self;
    long status;
    if (!arity(count, 1) || !number(arguments[0], &status)) return NULL;
    fflush(NULL);
    callbacks->leave(context);
    _exit((int)status);
}

static PyMethodDef methods[] = {
    {"receive", receive, METH_FASTCALL, NULL},
    {"gather", gather, METH_FASTCALL, NULL},
    {"send", send_frame, METH_FASTCALL, NULL},
    {"send_string", send_string, METH_FASTCALL, NULL},
    {"decode", decode, METH_FASTCALL, NULL},
    {"encode", encode, METH_FASTCALL, NULL},
    {"types_in", types_in, METH_FASTCALL, NULL},
    {"flush", flush, METH_FASTCALL, NULL},
    {"settle", settle, METH_FASTCALL, NULL},
    {"ended", ended, METH_FASTCALL, NULL},
    {"cancel_requested", cancel_requested, METH_FASTCALL, NULL},
    {"is_canceled", is_canceled, METH_FASTCALL, NULL},
    {"interrupt", interrupt, METH_FASTCALL, NULL},
    {"control", control, METH_FASTCALL, NULL},
    {"healthy", healthy, METH_FASTCALL, NULL},
    {"rehearse", rehearse, METH_FASTCALL, NULL},
    {"template", template, METH_FASTCALL, NULL},
    {"moved", moved, METH_FASTCALL, NULL},
    {"leave", leave, METH_FASTCALL, NULL},
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
