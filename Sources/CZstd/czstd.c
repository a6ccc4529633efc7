#include "CZstd.h"

#include <dlfcn.h>
#include <pthread.h>

// The functions as zstd.h declares them (stable section).
static struct {
    unsigned (*version)(void);
    unsigned (*is_error)(size_t);
    size_t (*bound)(size_t);
    void *(*make_compressor)(void);
    size_t (*free_compressor)(void *);
    size_t (*compress)(void *, void *, size_t, const void *, size_t, int);
    void *(*make_decompressor)(void);
    size_t (*free_decompressor)(void *);
    size_t (*decompress)(void *, void *, size_t, const void *, size_t);
    bool loaded;
    pthread_key_t compressors, decompressors;
    bool has_keys;
} zstd;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *open_library(void) {
#ifdef __APPLE__
    const char *names[] = {"libzstd.1.dylib", "/opt/homebrew/lib/libzstd.1.dylib", "/usr/local/lib/libzstd.1.dylib"};
#else
    const char *names[] = {"libzstd.so.1"};
#endif
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        void *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        if (library != NULL) { return library; }
    }
    return NULL;
}

static bool find(void *library, const char *name, void *function) {
    // POSIX: a pointer from dlsym may be stored through a pointer to an object pointer.
    *(void **)function = dlsym(library, name);
    return *(void **)function != NULL;
}

static void free_compressor(void *context) { zstd.free_compressor(context); }

static void free_decompressor(void *context) { zstd.free_decompressor(context); }

static void load(void) {
    void *library = open_library();
    if (library == NULL) { return; }
    zstd.loaded = find(library, "ZSTD_versionNumber", &zstd.version)
        && find(library, "ZSTD_isError", &zstd.is_error)
        && find(library, "ZSTD_compressBound", &zstd.bound)
        && find(library, "ZSTD_createCCtx", &zstd.make_compressor)
        && find(library, "ZSTD_freeCCtx", &zstd.free_compressor)
        && find(library, "ZSTD_compressCCtx", &zstd.compress)
        && find(library, "ZSTD_createDCtx", &zstd.make_decompressor)
        && find(library, "ZSTD_freeDCtx", &zstd.free_decompressor)
        && find(library, "ZSTD_decompressDCtx", &zstd.decompress);
    zstd.has_keys = zstd.loaded && pthread_key_create(&zstd.compressors, free_compressor) == 0
        && pthread_key_create(&zstd.decompressors, free_decompressor) == 0;
}

bool czstd_is_available(void) {
    pthread_once(&once, load);
    return zstd.loaded;
}

unsigned czstd_version(void) { return czstd_is_available() ? zstd.version() : 0; }

size_t czstd_compress_bound(size_t size) {
    if (!czstd_is_available()) { return CZSTD_ERROR; }
    size_t bound = zstd.bound(size);
    return zstd.is_error(bound) ? CZSTD_ERROR : bound;
}

// The context that the calling thread keeps under a key, freed when it ends; NULL without the memory.
static void *own(pthread_key_t key, void *(*make)(void), size_t (*release)(void *)) {
    void *context = pthread_getspecific(key);
    if (context != NULL) { return context; }
    context = make();
    if (context != NULL && pthread_setspecific(key, context) != 0) {
        release(context);
        return NULL;
    }
    return context;
}

size_t czstd_compress(void *destination, size_t capacity, const void *source, size_t size, int level) {
    if (!czstd_is_available() || !zstd.has_keys) { return CZSTD_ERROR; }
    void *context = own(zstd.compressors, zstd.make_compressor, zstd.free_compressor);
    if (context == NULL) { return CZSTD_ERROR; }
    size_t written = zstd.compress(context, destination, capacity, source, size, level);
    return zstd.is_error(written) ? CZSTD_ERROR : written;
}

size_t czstd_decompress(void *destination, size_t capacity, const void *source, size_t size) {
    if (!czstd_is_available() || !zstd.has_keys) { return CZSTD_ERROR; }
    void *context = own(zstd.decompressors, zstd.make_decompressor, zstd.free_decompressor);
    if (context == NULL) { return CZSTD_ERROR; }
    size_t written = zstd.decompress(context, destination, capacity, source, size);
    return zstd.is_error(written) ? CZSTD_ERROR : written;
}
