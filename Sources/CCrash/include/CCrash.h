#ifndef TRIBUTARY_CCRASH_H
#define TRIBUTARY_CCRASH_H

// Notes of what this process is doing, written to standard error when a signal such as that of a trap ends it.

// Keeps a note until its end, and returns its number; -1 when there is no room, and the note is not kept.
int tributary_crash_begin(const char *note);
void tributary_crash_end(int number);

// From now on the notes are written after `heading` when a trap, a bad access or an abort ends the process. A handler that
// was there before, such as one that shows where it happened, runs afterwards; then the process exits with `status`.
//
// A thread whose stack has overflowed has no room for a handler: the kernel ends the process at once.
void tributary_crash_tell(const char *heading, int status);

#endif
