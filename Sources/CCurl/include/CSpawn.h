#ifndef TRIBUTARY_CSPAWN_H
#define TRIBUTARY_CSPAWN_H

#include <sys/types.h>

// Starts a child process that never outlives this one: on Linux the kernel kills it when the *thread* that called this
// ends, so that thread has to wait for the child.
//
// The child gets /dev/null as standard input and output, `error_descriptor` as standard error, no other descriptor, and
// no blocked signals. Returns 0, or the errno of what went wrong (a missing executable included).
int tributary_spawn(
    const char *path, char *const arguments[], char *const environment[], int error_descriptor, pid_t *process);

#endif
