#define _GNU_SOURCE
#include "CInflate.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

// zlib's public structure (zlib.h, unchanged since 1.2.0; `inflateInit2_` checks its size).
typedef struct {
    const uint8_t *next_in;
    unsigned int avail_in;
    unsigned long total_in;
    uint8_t *next_out;
    unsigned int avail_out;
    unsigned long total_out;
    const char *msg;
    void *state;
    void *(*zalloc)(void *, unsigned int, unsigned int);
    void (*zfree)(void *, void *);
    void *opaque;
    int data_type;
    unsigned long adler;
    unsigned long reserved;
} zlib_stream;

struct tributary_inflater {
    zlib_stream stream;
};

enum { zlib_ok = 0, zlib_stream_end = 1, zlib_buffer_error = -5 };
enum { window_bits = 15, detect_gzip_or_zlib = 32 };

static int (*inflate_init)(zlib_stream *, int, const char *, int);
static int (*inflate_run)(zlib_stream *, int);
static int (*inflate_reset)(zlib_stream *);
static int (*inflate_end)(zlib_stream *);
static const char *(*zlib_version)(void);
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *find(void *library, const char *name) {
    void *symbol = dlsym(RTLD_DEFAULT, name);
    return symbol == NULL && library != NULL ? dlsym(library, name) : symbol;
}

static void load(void) {
    void *library = dlsym(RTLD_DEFAULT, "inflateInit2_") ? NULL : dlopen("libz.so.1", RTLD_NOW | RTLD_LOCAL);
    inflate_init = (int (*)(zlib_stream *, int, const char *, int))find(library, "inflateInit2_");
    inflate_run = (int (*)(zlib_stream *, int))find(library, "inflate");
    inflate_reset = (int (*)(zlib_stream *))find(library, "inflateReset");
    inflate_end = (int (*)(zlib_stream *))find(library, "inflateEnd");
    zlib_version = (const char *(*)(void))find(library, "zlibVersion");
}

int tributary_inflate_available(void) {
    pthread_once(&once, load);
    return inflate_init && inflate_run && inflate_reset && inflate_end && zlib_version;
}

tributary_inflater *tributary_inflater_create(int is_raw) {
    if (!tributary_inflate_available()) return NULL;
    tributary_inflater *inflater = calloc(1, sizeof *inflater);
    if (inflater == NULL) return NULL;
    int bits = is_raw ? -window_bits : window_bits + detect_gzip_or_zlib;
    if (inflate_init(&inflater->stream, bits, zlib_version(), sizeof inflater->stream) != zlib_ok) {
        free(inflater);
        return NULL;
    }
    return inflater;
}

void tributary_inflater_free(tributary_inflater *inflater) {
    if (inflater == NULL) return;
    inflate_end(&inflater->stream);
    free(inflater);
}

void tributary_inflater_reset(tributary_inflater *inflater) { inflate_reset(&inflater->stream); }

int tributary_inflate(
    tributary_inflater *inflater, const uint8_t *input, size_t *input_count, uint8_t *output, size_t *output_count) {
    zlib_stream *stream = &inflater->stream;
    unsigned int input_part = *input_count > UINT_MAX ? UINT_MAX : (unsigned int)*input_count;
    unsigned int output_part = *output_count > UINT_MAX ? UINT_MAX : (unsigned int)*output_count;
    stream->next_in = input;
    stream->avail_in = input_part;
    stream->next_out = output;
    stream->avail_out = output_part;
    int code = inflate_run(stream, 0);
    *input_count = input_part - stream->avail_in;
    *output_count = output_part - stream->avail_out;
    if (code == zlib_stream_end) return 1;
    return code == zlib_ok || code == zlib_buffer_error ? 0 : 2;
}
