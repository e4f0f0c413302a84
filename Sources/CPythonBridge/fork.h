/* The functions of `_coglet` that fork workers. Call all of them on Python's main thread, with the GIL taken. */
#pragma once

#include "python.h"

/* Forks a child as a template would. Returns, as a str, the reason why workers can't be forked: empty if there is none,
 * `threads N` if N threads survive a fork, `silent` if the child doesn't answer, `errno N` if forking fails. */
PyObject *cogpy_rehearse(void);

/* Forks workers until the server closes the channel. Returns None then; in each worker, returns the text of its order.
 */
PyObject *cogpy_serve_as_template(const cogpy_callbacks *callbacks, void *context);
