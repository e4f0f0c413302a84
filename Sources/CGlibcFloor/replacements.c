/* Functions that older systems lack, or have under another name. */
#define _GNU_SOURCE /* RTLD_DEFAULT */
#include "CGlibcFloor.h"

#ifdef COG_GLIBC_FLOOR
#pragma clang diagnostic ignored "-Wdeprecated-declarations" /* mallinfo */

#include <dlfcn.h>
#include <malloc.h>
#include <math.h>

#define HIDDEN __attribute__((visibility("hidden")))

/* Swift's wrapper of the C library refers to `hypotf`, although nothing calls it, and glibc 2.35 gave it a new version.
 * In double precision, no float overflows or underflows in between. */
HIDDEN float hypotf(float x, float y) {
    if (isinf(x) || isinf(y)) {
        return INFINITY; /* even if the other is NaN, as ISO C requires */
    }
    return (float)sqrt((double)x * x + (double)y * y);
}

/* C library functions since 2.33; before that, its headers turned them into these calls. */
struct stat;
enum { STAT_VERSION = 1 }; /* of x86-64 */

#define STAT(name, old, subject)                                                   \
    extern int old(int version, subject, struct stat *status);                     \
    __asm__(".symver " #old ", " #old "@GLIBC_2.2.5");                             \
    HIDDEN int name(subject, struct stat *status);                                 \
    HIDDEN int name(subject, struct stat *status) { return old(STAT_VERSION, of, status); } \
    HIDDEN int name##64(subject, struct stat * status) __attribute__((alias(#name)));

STAT(stat, __xstat, const char *of)
STAT(lstat, __lxstat, const char *of)
STAT(fstat, __fxstat, int of)

/* New in 2.33. Before that, numbers of more than 32 bits were truncated. */
HIDDEN struct mallinfo2 mallinfo2(void) {
    struct mallinfo2 (*newer)(void) = (struct mallinfo2(*)(void))dlsym(RTLD_DEFAULT, "mallinfo2");
    if (newer != NULL) return newer();
    struct mallinfo old = mallinfo();
    return (struct mallinfo2){
        .arena = (unsigned)old.arena,
        .ordblks = (unsigned)old.ordblks,
        .smblks = (unsigned)old.smblks,
        .hblks = (unsigned)old.hblks,
        .hblkhd = (unsigned)old.hblkhd,
        .usmblks = (unsigned)old.usmblks,
        .fsmblks = (unsigned)old.fsmblks,
        .uordblks = (unsigned)old.uordblks,
        .fordblks = (unsigned)old.fordblks,
        .keepcost = (unsigned)old.keepcost,
    };
}

/* GCC 11's headers call this where GCC 10's called the function below (libstdc++ 3.4.29). */
extern void _ZSt17__throw_bad_allocv(void) __attribute__((noreturn));
HIDDEN void _ZSt28__throw_bad_array_new_lengthv(void);
HIDDEN void _ZSt28__throw_bad_array_new_lengthv(void) { _ZSt17__throw_bad_allocv(); }

#endif
