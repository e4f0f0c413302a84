/* Keeps the programs loadable by glibc 2.34, the oldest that our wheels promise to run on (manylinux_2_34).
 *
 * Swift's own wrapper of the C library mentions `hypotf`, which nobody calls, and glibc 2.35 gave that function a new
 * version: a program that is linked on a newer system would refuse to start on 2.34 for its sake. A definition in the
 * program itself leaves nothing to ask the system for. It is hidden: Python extensions in the worker keep the system's.
 */
#pragma once
