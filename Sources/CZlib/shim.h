#pragma once

#include <zlib.h>

/* Prepares `stream`, which must be zeroed and must not move, for reading gzip members (RFC 1952) and no other format.
 * inflateInit2 is a macro. Returns Z_OK or Z_MEM_ERROR. */
static inline int cogz_begin_gzip(z_stream *_Nonnull stream) {
    return inflateInit2(stream, 16 + MAX_WBITS);
}

/* Prepares `stream`, which must be zeroed and must not move, for writing a gzip file as small as zlib can make it.
 * deflateInit2 is a macro. Returns Z_OK or Z_MEM_ERROR. */
static inline int cogz_begin_gzip_file(z_stream *_Nonnull stream) {
    return deflateInit2(stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY);
}
