/* Keeps the programs loadable by glibc 2.28, the oldest version that our wheels support (manylinux_2_28).
 *
 * A program linked on a newer system requires the newest version of each C library function, even if an old one does
 * the same: glibc 2.34 alone moved all of libpthread and libdl. Each such name is defined here, in the program itself,
 * and jumps to the version that every system has. Archives that were compiled elsewhere (Swift's runtime, libuv, PCRE2)
 * then use it too. The definitions are hidden, so Python extensions in the worker keep using the system's functions.
 *
 * If a test of the wheels reports a name that is too new, add it to the list in versions.c. Only release builds have
 * these definitions: sanitizers replace the same functions with their own.
 */
#pragma once
