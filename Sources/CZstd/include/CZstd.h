#ifndef TRIBUTARY_CZSTD_H
#define TRIBUTARY_CZSTD_H

#include <stdbool.h>
#include <stddef.h>

// A door to the zstd library that is on the machine, opened at run time.
//
// Nothing of zstd's headers is needed to build: the few functions used are part of its stable API (since 1.0) and are
// looked up by name in libzstd.so.1. All functions here are thread-safe. Each thread keeps a context of its own for each
// direction until it ends, of about 96 KB for reading and at most 0.6 MB for writing (zstd 1.5.4, level 1; 1.3 MB at level 3,
// 85 MB at level 19): making one costs more than a small page.

/// What a size-returning function gives when it cannot do what was asked (damaged input, too small an output).
#define CZSTD_ERROR ((size_t)-1)

/// Whether the library was found. The first call loads it.
bool czstd_is_available(void);

/// The library's version as a number (10504 for 1.5.4), or 0 without the library.
unsigned czstd_version(void);

/// The most bytes that `size` bytes can take when compressed, or CZSTD_ERROR without the library.
size_t czstd_compress_bound(size_t size);

/// Compresses into `destination`; gives the number of bytes written, or CZSTD_ERROR.
size_t czstd_compress(void *destination, size_t capacity, const void *source, size_t size, int level);

/// Decompresses all frames of `source` into `destination`; gives the number of bytes written, or CZSTD_ERROR.
/// Never writes behind `capacity`.
size_t czstd_decompress(void *destination, size_t capacity, const void *source, size_t size);

#endif
