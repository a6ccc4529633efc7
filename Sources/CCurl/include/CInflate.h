#ifndef TRIBUTARY_CINFLATE_H
#define TRIBUTARY_CINFLATE_H

#include <stddef.h>
#include <stdint.h>

// Inflating gzip and zlib streams with the zlib that libcurl has loaded anyway; no header of it is needed to build.
//
// libcurl's own decoding is not used: it takes a truncated gzip body for a whole one (7.88.1), and it may inflate
// without a limit behind a paused transfer.

typedef struct tributary_inflater tributary_inflater;

// Whether a zlib is loaded. Without it no compression may be offered to a server.
int tributary_inflate_available(void);

// The stream's form is found from its first bytes (`is_raw` 1: deflate without any header). NULL: no memory.
tributary_inflater *tributary_inflater_create(int is_raw);
void tributary_inflater_free(tributary_inflater *inflater);

// Inflates from `input` to `output`; tells how much of each it used.
// Returns 0: more input or room is needed, 1: the stream is complete, 2: the data are broken.
int tributary_inflate(
    tributary_inflater *inflater, const uint8_t *input, size_t *input_count, uint8_t *output, size_t *output_count);

// Makes ready for another stream (a gzip file may have several members).
void tributary_inflater_reset(tributary_inflater *inflater);

#endif
