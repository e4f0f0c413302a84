#pragma once

#include <zlib.h>

/* Prepares `stream`, which is zeroed and must not move, for the members of a gzip file (RFC 1952), and for nothing else
 * that zlib knows. inflateInit2 is a macro. Returns Z_OK, or Z_MEM_ERROR. */
static inline int cogz_begin_gzip(z_stream *_Nonnull stream) {
    return inflateInit2(stream, 16 + MAX_WBITS);
}

/* Prepares `stream`, which is zeroed and must not move, for writing a gzip file that is as small as zlib can make it.
 * deflateInit2 is a macro. Returns Z_OK, or Z_MEM_ERROR. */
static inline int cogz_begin_gzip_file(z_stream *_Nonnull stream) {
    return deflateInit2(stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY);
}
