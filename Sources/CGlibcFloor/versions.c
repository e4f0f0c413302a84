/* Functions whose old versions behave like the newest ones. */
#include "CGlibcFloor.h"

#ifdef COG_GLIBC_FLOOR

#if !defined(__x86_64__)
#error "add the symbol versions of this processor's C library here"
#endif

/* A hidden function with that name, which jumps to the given version. */
#define OLD(name, version)                                                                                             \
    __asm__(".symver __floor_" #name ", " #name "@" version "\n"                                                       \
            ".section .text." #name ",\"ax\",@progbits\n"                                                              \
            ".globl " #name "\n.hidden " #name "\n.type " #name ",@function\n" #name ": jmp *__floor_" #name           \
            "@GOTPCREL(%rip)\n.size " #name ", .-" #name "\n.text\n");

/* All of libdl, libm, and libpthread dates from the first C library for x86-64. */
#define FIRST(name) OLD(name, "GLIBC_2.2.5")

FIRST(dladdr)
FIRST(dlclose)
FIRST(dlerror)
FIRST(dlopen)
FIRST(dlsym)

FIRST(exp)
FIRST(exp2)
FIRST(log)
FIRST(log2)
FIRST(pow)

FIRST(pthread_attr_getstack)
FIRST(pthread_attr_setstacksize)
FIRST(pthread_barrier_destroy)
FIRST(pthread_barrier_init)
FIRST(pthread_barrier_wait)
OLD(pthread_condattr_setclock, "GLIBC_2.3.3")
FIRST(pthread_create)
FIRST(pthread_detach)
FIRST(pthread_getattr_np)
FIRST(pthread_getspecific)
FIRST(pthread_join)
FIRST(pthread_key_create)
FIRST(pthread_key_delete)
FIRST(pthread_kill)
FIRST(pthread_mutex_trylock)
FIRST(pthread_mutexattr_destroy)
FIRST(pthread_mutexattr_init)
FIRST(pthread_mutexattr_settype)
FIRST(pthread_once)
FIRST(pthread_rwlock_destroy)
FIRST(pthread_rwlock_init)
FIRST(pthread_rwlock_rdlock)
FIRST(pthread_rwlock_tryrdlock)
FIRST(pthread_rwlock_trywrlock)
FIRST(pthread_rwlock_unlock)
FIRST(pthread_rwlock_wrlock)
FIRST(pthread_setspecific)
FIRST(pthread_sigmask)

FIRST(sem_destroy)
FIRST(sem_init)
FIRST(sem_open)
FIRST(sem_post)
FIRST(sem_timedwait)
FIRST(sem_trywait)
FIRST(sem_wait)

#endif
