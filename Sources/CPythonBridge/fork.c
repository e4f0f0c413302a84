/* Forks workers from a template. A forked worker's parent is the server, not the template: an intermediate process that
 * exits immediately makes the worker an orphan, which the server adopts (PR_SET_CHILD_SUBREAPER). */
#define _GNU_SOURCE /* pipe2 */
#include "fork.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The I/O thread and the Python thread. */
enum { OWN_THREADS = 2 };
/* How long a child may take to answer in a rehearsal. */
enum { ANSWER_MILLISECONDS = 2000 };
/* A joined thread stays in /proc for a moment. */
enum { LINGER_STEPS = 10, LINGER_NANOSECONDS = 1000000 };

static bool forking;
static bool trying;
static char own_tasks[32];
/* The number of threads that a rehearsal found alive after libraries had stopped theirs. */
static size_t threads_in_prepare;
/* The report of the intermediate process; in shared memory, because that process may have memory of its own. */
static struct {
    pid_t child;
    size_t middle_threads;
} *report;
/* vfork avoids a second copy of the page tables, which takes most of the time of a fork. */
static bool uses_vfork = true;

bool cogpy_is_forking(void) { return forking; }

static size_t count_tasks(const char *folder) {
    struct stat status;
    /* A folder has one link for each subfolder, plus two of its own. */
    return stat(folder, &status) == 0 && status.st_nlink > 2 ? status.st_nlink - 2 : 0;
}

static void prepare(void) {
    if (!trying) return;
    for (int step = 0; step < LINGER_STEPS; step++) {
        threads_in_prepare = count_tasks(own_tasks);
        if (threads_in_prepare <= OWN_THREADS) return;
        nanosleep(&(struct timespec){0, LINGER_NANOSECONDS}, NULL);
    }
}

void cogpy_watch_forks(void) {
    /* Not /proc/self, which names a different process after vfork. */
    snprintf(own_tasks, sizeof own_tasks, "/proc/%d/task", (int)getpid());
    /* Handlers that prepare a fork run in reverse order of registration, so this one runs after libraries have stopped
     * their threads. */
    pthread_atfork(prepare, NULL, NULL);
}

/* Otherwise, rand() and drand48() would give all workers the same numbers. */
static void reseed(void) {
    unsigned seed;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed) return;
    srand(seed);
    srand48((long)seed);
}

/* Returns 0 in the child, the child's id in the parent, or -errno. The intermediate process shares this stack frame, so
 * neither process may change anything that the other needs. */
__attribute__((noinline)) static pid_t fork_away(void) {
    report->child = -EAGAIN;
    report->middle_threads = 0;
    pid_t middle = uses_vfork ? vfork() : fork();
    if (middle == 0) {
        pid_t child = fork();
        if (child == 0) return 0;
        report->child = child > 0 ? child : -errno;
        report->middle_threads = count_tasks("/proc/self/task");
        _exit(0);
    }
    if (middle < 0) return -errno;
    while (waitpid(middle, NULL, 0) < 0 && errno == EINTR) {
    }
    return report->child;
}

static pid_t fork_worker(void) {
    if (report == NULL) {
        void *memory = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) return -errno;
        report = memory;
    }
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    forking = true;
    fflush(NULL);
    cogpy_table.PyOS_BeforeFork();
    pid_t child = fork_away();
    if (child == 0) {
        reseed();
        cogpy_table.PyOS_AfterFork_Child();
    } else {
        cogpy_table.PyOS_AfterFork_Parent();
    }
    forking = false;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return child;
}

/* Whether a rehearsal's child answers in time, by writing to the pipe `answer`. */
static bool answers(int answer) {
    struct pollfd readable = {answer, POLLIN, 0};
    char byte;
    PyThreadState *state = cogpy_table.PyEval_SaveThread();
    int ready;
    do ready = poll(&readable, 1, ANSWER_MILLISECONDS);
    while (ready < 0 && errno == EINTR);
    cogpy_table.PyEval_RestoreThread(state);
    return ready > 0 && read(answer, &byte, 1) == 1;
}

PyObject *cogpy_rehearse(void) {
    char text[64] = "";
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        snprintf(text, sizeof text, "errno %d", errno);
        return cogpy_string(text);
    }
    trying = true;
    pid_t child = fork_worker();
    trying = false;
    if (child == 0) {
        /* Python's and C's hooks have run; there was nothing else to test. */
        _exit(write(ends[1], "", 1) == 1 ? 0 : 1);
    }
    close(ends[1]);
    if (child < 0) {
        snprintf(text, sizeof text, "errno %d", -child);
    } else if (threads_in_prepare > OWN_THREADS) {
        kill(child, SIGKILL);
        snprintf(text, sizeof text, "threads %zu", threads_in_prepare - OWN_THREADS);
    } else if (!answers(ends[0])) {
        kill(child, SIGKILL);
        snprintf(text, sizeof text, "silent");
    }
    close(ends[0]);
    /* A library has started threads again in the intermediate process, where they end with it. */
    if (child > 0 && report->middle_threads > 1) uses_vfork = false;
    return cogpy_string(text);
}

/* Blocks a new worker until the server knows about it. If the template dies first, the worker exits: the server could
 * never learn of it. */
static void wait_at_gate(const int gate[2]) {
    char byte;
    ssize_t count;
    close(gate[1]);
    do count = read(gate[0], &byte, 1);
    while (count < 0 && errno == EINTR);
    if (count != 1) _exit(1);
    close(gate[0]);
}

PyObject *cogpy_serve_as_template(const cogpy_callbacks *callbacks, void *context) {
    for (;;) {
        cogpy_bytes text;
        PyThreadState *state = cogpy_table.PyEval_SaveThread();
        int outcome = callbacks->order(context, &text);
        cogpy_table.PyEval_RestoreThread(state);
        if (outcome == COGPY_INTERRUPTED) {
            if (cogpy_table.PyErr_CheckSignals() != 0) return NULL;
            continue;
        }
        if (outcome != COGPY_REQUEST) return cogpy_none();
        int gate[2];
        if (pipe2(gate, O_CLOEXEC) != 0) {
            callbacks->forked(context, -errno);
            continue;
        }
        pid_t child = fork_worker();
        if (child == 0) {
            callbacks->adopt(context);
            wait_at_gate(gate);
            return cogpy_table.PyBytes_FromStringAndSize(text.base, (Py_ssize_t)text.count);
        }
        callbacks->forked(context, child);
        /* A worker that was killed in the meantime doesn't read it. */
        if (child > 0 && write(gate[1], "", 1) < 0) kill(child, SIGKILL);
        close(gate[0]);
        close(gate[1]);
    }
}
