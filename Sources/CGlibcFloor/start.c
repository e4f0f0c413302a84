/* Program startup, which glibc 2.34 changed. Since then, the library runs a program's constructors. Before, the program
 * ran them with a function that the newer system's start file no longer contains. */
#include "CGlibcFloor.h"

#ifdef COG_GLIBC_FLOOR

#include <stddef.h>

#define HIDDEN __attribute__((visibility("hidden")))

typedef void (*constructor)(int count, char **arguments, char **variables);

/* Defined by the linker. */
extern HIDDEN const constructor __preinit_array_start[], __preinit_array_end[], __init_array_start[], __init_array_end[];
extern HIDDEN void _init(void);

static void construct(int count, char **arguments, char **variables) {
    for (const constructor *each = __preinit_array_start; each < __preinit_array_end; each++) {
        (*each)(count, arguments, variables);
    }
    _init();
    for (const constructor *each = __init_array_start; each < __init_array_end; each++) {
        (*each)(count, arguments, variables);
    }
}

typedef int (*program)(int count, char **arguments, char **variables);

extern int old_start(program main, int count, char **arguments, constructor init, void (*fini)(void),
                     void (*rtld_fini)(void), void *stack_end);
__asm__(".symver old_start, __libc_start_main@GLIBC_2.2.5");

/* The loader runs the destructors, even on old systems. */
HIDDEN int __libc_start_main(program main, int count, char **arguments, constructor init, void (*fini)(void),
                             void (*rtld_fini)(void), void *stack_end);
HIDDEN int __libc_start_main(program main, int count, char **arguments, constructor init, void (*fini)(void),
                             void (*rtld_fini)(void), void *stack_end) {
    (void)init;
    (void)fini;
    return old_start(main, count, arguments, construct, NULL, rtld_fini, stack_end);
}

#endif
