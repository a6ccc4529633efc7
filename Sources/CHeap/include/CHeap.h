#ifndef CHEAP_H
#define CHEAP_H

/// Keeps freed blocks of up to `mmap_threshold` bytes in the heap, and trims its end only beyond `trim_threshold` bytes.
/// On C libraries other than glibc it does nothing. See mallopt(3).
void cheap_set_thresholds(int mmap_threshold, int trim_threshold);

/// Bytes that the program has taken from the heap and not given back; 0 where the C library cannot tell. See mallinfo2(3).
unsigned long cheap_bytes_in_use(void);

#endif
