/* Keeps the programs loadable by glibc 2.28, the oldest that our wheels promise to run on (manylinux_2_28).
 *
 * A program that is linked on a newer system asks for the newest version of each function of the C library, though an old one
 * does the same: glibc 2.34 alone has moved all of libpthread and libdl. Each such name is defined here, in the program
 * itself, and jumps to the version that every system has; so the archives that were compiled elsewhere (Swift's runtime,
 * libuv, PCRE2) use it too. The definitions are hidden: Python extensions in the worker keep the system's.
 *
 * When a test of the wheels reports a name that is too new, add it to the list in versions.c. Release builds alone have
 * these definitions: sanitizers put their own in the place of the same functions.
 */
#pragma once
