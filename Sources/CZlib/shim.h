#ifndef ENVCTL_CZLIB_SHIM_H
#define ENVCTL_CZLIB_SHIM_H

#include <zlib.h>

// inflateInit2 and deflateInit2 are macros that pass the version and the size of z_stream, which Swift does not import.

/// Starts inflation; `window_bits` 15 + 16 reads gzip, 15 + 32 gzip or zlib.
static inline int envctl_inflate_init(z_stream *stream, int window_bits) {
    return inflateInit2(stream, window_bits);
}

/// Starts deflation; `window_bits` 15 + 16 writes gzip.
static inline int envctl_deflate_init(z_stream *stream, int level, int window_bits) {
    return deflateInit2(stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
}

#endif
