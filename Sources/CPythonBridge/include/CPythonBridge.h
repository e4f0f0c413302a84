/* The bridge to CPython: loads the interpreter's shared library, starts it, and offers the built-in module `_coglet`
 * through which the worker's Python code (python/cog/_worker) exchanges frames with the server.
 *
 * No Python type appears here: values cross as bytes. Only the stable ABI of CPython 3.10 is called, through a table
 * of functions resolved by name (docs.python.org: C API Stability), so one build serves 3.10 and every later version. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that somebody else owns. */
typedef struct cogpy_bytes {
    const void *_Nullable base;
    size_t count;
} cogpy_bytes;

/* A prediction as it came from the server. Everything in it is borrowed until the next `receive`. */
typedef struct cogpy_request {
    uint32_t token;
    cogpy_bytes meta;                        /* JSON object: id, context, files, … */
    cogpy_bytes text;                        /* JSON text of the request's body */
    const cogpy_bytes *_Nullable strings;    /* contents of the string literals that were cut out of `text` */
    const uint8_t *_Nullable escaped;        /* per string: nonzero when it still holds JSON escapes */
    size_t string_count;
} cogpy_request;

/* A frame for the server. `parts` are sent one after another as its payload. */
typedef struct cogpy_frame {
    uint8_t kind;
    uint8_t detail;
    uint32_t token;
    int descriptor;                          /* passed along with the frame, or -1 */
    const cogpy_bytes *_Nullable parts;
    size_t part_count;
} cogpy_frame;

/* A message of the control channel. */
typedef struct cogpy_control {
    uint8_t kind;
    uint32_t token;
} cogpy_control;

/* When a frame leaves: by itself within a millisecond, at once, or when the caller says `flush`. */
enum { COGPY_SOON = 0, COGPY_NOW = 1, COGPY_HELD = 2 };

/* The frame is in the buffer; it is, and `flush` is to follow; it is not: the buffer is in use, give it to `flush`. */
enum { COGPY_QUEUED = 0, COGPY_QUEUED_FLUSH = 1, COGPY_NOT_QUEUED = 2 };

enum { COGPY_END = 0, COGPY_REQUEST = 1, COGPY_AGAIN = 2, COGPY_INTERRUPTED = 3 };

/* What the bridge asks of the worker. Each is called on any Python thread. */
typedef struct cogpy_callbacks {
    /* GIL released. Takes the next request; waits for it if `wait`. Returns one of COGPY_…: END at the orderly end of
     * the channel, AGAIN when nothing is there and `wait` is false, INTERRUPTED when a signal came. */
    int (*_Nonnull receive)(void *_Nullable context, bool wait, cogpy_request *_Nonnull request);
    /* GIL taken. Copies the frame into the outgoing buffer; never waits. Returns one of COGPY_QUEUED…. */
    int (*_Nonnull queue)(void *_Nullable context, const cogpy_frame *_Nonnull frame, int urgency);
    /* GIL released. Writes what is queued, then `frame` without copying it. */
    void (*_Nonnull flush)(void *_Nullable context, const cogpy_frame *_Nullable frame);
    /* GIL taken. A synchronous prediction is no longer to be interrupted. */
    void (*_Nonnull ended)(void *_Nullable context, uint32_t token);
    /* GIL taken. Whether the running synchronous prediction is to be canceled. */
    bool (*_Nonnull cancel_requested)(void *_Nullable context, uint32_t token);
    /* GIL released. Takes the next control message; waits for it if `wait`. Returns COGPY_END, _REQUEST or _AGAIN. */
    int (*_Nonnull control)(void *_Nullable context, bool wait, cogpy_control *_Nonnull message);
    /* GIL taken. Answers a health check over the control channel; `text` is empty when healthy. */
    void (*_Nonnull healthy)(void *_Nullable context, uint32_t token, cogpy_bytes text);
} cogpy_callbacks;

/* How to start the interpreter. The strings must outlive the call. */
typedef struct cogpy_options {
    const char *_Nonnull library;            /* path of libpython */
    const char *_Nonnull program;            /* path of the interpreter: decides on sys.prefix and site-packages */
    const char *_Nonnull command;            /* what `python -c` would run */
    const char *_Nonnull settings;           /* JSON object, given to the Python code as `_coglet.settings` */
    int work_descriptor;                     /* readable when a request may be there */
    int control_descriptor;                  /* readable when a control message may be there */
} cogpy_options;

/* Runs Python on the calling thread, which becomes the interpreter's main thread, until the worker ends.
 * Returns the exit status; if the library can't be used, a text saying why goes to stderr and 127 is returned.
 * `callbacks` and `context` must outlive the call. */
int cogpy_run(const cogpy_options *_Nonnull options, const cogpy_callbacks *_Nonnull callbacks,
              void *_Nullable context);
