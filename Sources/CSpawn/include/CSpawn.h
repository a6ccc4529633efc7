#ifndef TRIBUTARY_CSPAWN_H
#define TRIBUTARY_CSPAWN_H

#include <sys/types.h>

// How a child process begins.
typedef struct {
    const char *path;
    char *const *arguments;
    char *const *environment;
    // The working directory; NULL is ours.
    const char *folder;
    // Standard input, output and error; -1 is /dev/null.
    int input;
    int output;
    int errors;
    // What the kernel sends the child when its parent ends (Linux); 0 is nothing.
    int death_signal;
} tributary_child;

// Starts a child process. With a death signal it never outlives this one: on Linux the kernel signals it when the *thread*
// that called this ends, so that thread has to wait for the child. (A child that changes its user is let off by the
// kernel.)
//
// The child gets no descriptor but the three, no blocked signals, and a session of its own. Returns 0, or the errno of
// what went wrong (a missing executable included).
int tributary_spawn(const tributary_child *child, pid_t *process);

#endif
