#include "CHeap.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

void cheap_set_thresholds(int mmap_threshold, int trim_threshold) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, mmap_threshold);
    mallopt(M_TRIM_THRESHOLD, trim_threshold);
    // A batch is filled on one thread and freed on another; with a heap for each thread, memory that is free in one
    // heap is taken anew in the next.
    mallopt(M_ARENA_MAX, 1);
#else
    (void)mmap_threshold;
    (void)trim_threshold;
#endif
}

unsigned long cheap_bytes_in_use(void) {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}
