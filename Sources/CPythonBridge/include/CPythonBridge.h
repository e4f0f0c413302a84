/* The bridge to CPython: loads the interpreter's shared library, starts it, and provides the built-in module `_coglet`,
 * through which the worker's Python code (python/cog/_worker) exchanges frames with the server.
 *
 * No Python type appears here: values cross as bytes. The bridge calls only the stable ABI of CPython 3.10, through a
 * table of functions resolved by name (docs.python.org: C API Stability), so one build supports 3.10 and every later
 * version. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes owned by somebody else. */
typedef struct cogpy_bytes {
    const void *_Nullable base;
    size_t count;
} cogpy_bytes;

/* A prediction from the server. Everything in it is borrowed until the next `receive`. */
typedef struct cogpy_request {
    uint32_t token;
    cogpy_bytes meta;                        /* JSON object: context, files, … */
    cogpy_bytes text;                        /* JSON text `{"input":…}` */
} cogpy_request;

/* A frame for the server. `parts` are sent in order as its content. */
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

/* When a frame is sent. SOON: within a millisecond, or immediately if none was sent recently. NOW: immediately. HELD:
 * when the caller says `flush`. LATER: with the next frame, or after a few milliseconds if none comes. */
enum { COGPY_SOON = 0, COGPY_NOW = 1, COGPY_HELD = 2, COGPY_LATER = 3 };

/* The frame is in the buffer; it is, and the caller must `flush`; it isn't, because the buffer is in use, so pass it to
 * `flush`. */
enum { COGPY_QUEUED = 0, COGPY_QUEUED_FLUSH = 1, COGPY_NOT_QUEUED = 2 };

enum { COGPY_END = 0, COGPY_REQUEST = 1, COGPY_AGAIN = 2, COGPY_INTERRUPTED = 3, COGPY_BATCH = 4 };

/* Flags for receiving requests. WAIT: block until one comes. GATHER: requests belong to a batch, which begins later.
 * POLL: look for one for a short while if one may come soon. */
enum { COGPY_WAIT = 1, COGPY_GATHER = 2, COGPY_POLL = 4 };

/* What the bridge needs from the worker. Each function is called on any Python thread. */
typedef struct cogpy_callbacks {
    /* GIL released. Takes the next request. `how` combines COGPY_WAIT, COGPY_GATHER, and COGPY_POLL. Returns one of
     * COGPY_…: END at the orderly end of the channel, AGAIN if there is no request and it isn't to wait, INTERRUPTED if
     * a signal came, BATCH if the gathered requests are to run; then `text` holds their tokens as 4-byte numbers. */
    int (*_Nonnull receive)(void *_Nullable context, int how, cogpy_request *_Nonnull request);
    /* GIL taken. Copies the frame into the outgoing buffer and never waits. Returns one of COGPY_QUEUED…. */
    int (*_Nonnull queue)(void *_Nullable context, const cogpy_frame *_Nonnull frame, int urgency);
    /* GIL released. Writes what is queued, then writes `frame` without copying it. */
    void (*_Nonnull flush)(void *_Nullable context, const cogpy_frame *_Nullable frame);
    /* GIL released. Returns when the server has handled what was printed, or after a second without an answer. */
    void (*_Nonnull settle)(void *_Nullable context);
    /* GIL taken. From now on, a synchronous prediction must not be interrupted. */
    void (*_Nonnull ended)(void *_Nullable context, uint32_t token);
    /* GIL taken. Whether to interrupt the running synchronous prediction, or the batch that begins with it. */
    bool (*_Nonnull cancel_requested)(void *_Nullable context, uint32_t token);
    /* GIL taken. Whether this prediction of the running synchronous batch was canceled. */
    bool (*_Nonnull is_canceled)(void *_Nullable context, uint32_t token);
    /* GIL released. Takes the next control message; waits for it if `wait`. Returns COGPY_END, _REQUEST, or _AGAIN. */
    int (*_Nonnull control)(void *_Nullable context, bool wait, cogpy_control *_Nonnull message);
    /* GIL released. In a template: waits for the next order to fork a worker. Returns COGPY_END, _REQUEST, or
     * _INTERRUPTED; `text` is borrowed until the next call. */
    int (*_Nonnull order)(void *_Nullable context, cogpy_bytes *_Nonnull text);
    /* GIL taken. In a template: a worker was forked and has this id, or forking failed with this -errno. */
    void (*_Nonnull forked)(void *_Nullable context, int process);
    /* GIL taken. In a newly forked worker: takes over the channels that came with the order. */
    void (*_Nonnull adopt)(void *_Nullable context);
    /* GIL taken. In a forked worker: its temporary files are in this folder. */
    void (*_Nonnull moved)(void *_Nullable context, cogpy_bytes folder);
    /* GIL taken. A forked worker is about to exit: sends what is left. */
    void (*_Nonnull leave)(void *_Nullable context);
    /* GIL taken. Answers a health check over the control channel; `text` is empty when healthy. */
    void (*_Nonnull healthy)(void *_Nullable context, uint32_t token, cogpy_bytes text);
} cogpy_callbacks;

/* How to start the interpreter. The strings must outlive the call. */
typedef struct cogpy_options {
    const char *_Nonnull library;            /* path of libpython */
    const char *_Nonnull program;            /* path of the interpreter: determines sys.prefix and site-packages */
    const char *_Nonnull command;            /* run as by `python -c` */
    const char *_Nonnull settings;           /* JSON object, available to Python as `_coglet.settings` */
    size_t frame_limit_bytes;                /* the largest content of a frame */
    int work_descriptor;                     /* readable when a request may be there */
    int control_descriptor;                  /* readable when a control message may be there */
} cogpy_options;

/* Lets `_coglet.rehearse` count the threads that survive a fork. Call it once, before any library is loaded. */
void cogpy_watch_forks(void);

/* Whether the current fork makes a worker or rehearses one: hooks that cut a model's own child off from the server must
 * ignore it. */
bool cogpy_is_forking(void);

/* Runs Python on the calling thread, which becomes the interpreter's main thread, until the worker ends. Returns the
 * exit status. If the library can't be used, prints the reason to stderr and returns 127. `callbacks` and `context`
 * must outlive the call. */
int cogpy_run(const cogpy_options *_Nonnull options, const cogpy_callbacks *_Nonnull callbacks,
              void *_Nullable context);
