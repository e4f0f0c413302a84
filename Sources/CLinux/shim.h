/* Linux calls that the Glibc module omits because they are GNU extensions. */
#pragma once

#include <malloc.h>

/* memfd_create(2): an anonymous file in memory. Returns a descriptor, or -1 with errno set. */
int memfd_create(const char *_Nonnull name, unsigned int flags);

/* MFD_CLOEXEC of <linux/memfd.h>. */
static const unsigned int coglinux_memfd_close_on_exec = 1;
