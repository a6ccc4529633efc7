import CHeap

/// How the process's heap treats the buffers of batches.
public enum HeapSettings {
    /// Keeps buffers of a few megabytes in the heap instead of giving them back to the kernel after each batch: a third of
    /// the CPU of reading JSON is page faults otherwise. Peak memory stays the same. Call it once, at the start of a
    /// program that syncs; on C libraries other than glibc it does nothing.
    public static func keepBatchBuffers() { cheap_set_thresholds(4 << 20, 16 << 20) }
}
