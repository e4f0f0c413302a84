/* The functions of `_coglet` that fork workers. All are called on Python's main thread, with the GIL taken. */
#pragma once

#include "python.h"

/* Forks a child as a template would, and returns why no worker may be forked like this, as a str: empty if nothing is wrong,
 * `threads N` if so many live on through a fork, `silent` if the child doesn't answer, `errno N` if there is none. */
PyObject *cogpy_rehearse(void);

/* Forks workers until the server closes the channel. Returns None then, and in each worker the text of its order. */
PyObject *cogpy_serve_as_template(const cogpy_callbacks *callbacks, void *context);
