#define _GNU_SOURCE
#include "CSpawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

static void close_from(int first) {
#if defined(__linux__) && defined(SYS_close_range)
    if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
#endif
    long limit = sysconf(_SC_OPEN_MAX);
    if (limit < 0 || limit > 65536) limit = 65536;
    for (int descriptor = first; descriptor < limit; descriptor++) close(descriptor);
}

// Only functions that are safe between fork and exec in a process with threads (signal-safety(7)).
static void run_child(
    const char *path, char *const arguments[], char *const environment[], int error_descriptor, int report,
    pid_t parent) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent) _exit(127);
    setsid();
    int null = open("/dev/null", O_RDWR);
    // The pipe for reports moves to 3, which close_from spares and exec closes.
    if (null < 0 || dup2(error_descriptor, 2) < 0 || dup2(report, 3) < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0) {
        _exit(127);
    }
    fcntl(3, F_SETFD, FD_CLOEXEC);
    close_from(4);
    execve(path, arguments, environment);
    int code = errno;
    (void)!write(3, &code, sizeof code);
    _exit(127);
}

// A descriptor above those that the child will overwrite.
static int raise_descriptor(int descriptor) {
    int raised = fcntl(descriptor, F_DUPFD_CLOEXEC, 10);
    int code = errno;
    close(descriptor);
    errno = code;
    return raised;
}

int tributary_spawn(
    const char *path, char *const arguments[], char *const environment[], int error_descriptor, pid_t *process) {
    int report[2];
    if (pipe(report) != 0) return errno;
    report[0] = raise_descriptor(report[0]);
    report[1] = raise_descriptor(report[1]);
    int errors = fcntl(error_descriptor, F_DUPFD_CLOEXEC, 10);
    if (report[0] < 0 || report[1] < 0 || errors < 0) return errno;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) run_child(path, arguments, environment, errors, report[1], parent);
    int code = child < 0 ? errno : 0;
    close(report[1]);
    close(errors);
    if (child > 0) {
        int from_child = 0;
        ssize_t count;
        while ((count = read(report[0], &from_child, sizeof from_child)) < 0 && errno == EINTR) {}
        if (count == sizeof from_child) {
            waitpid(child, NULL, 0);
            code = from_child;
        }
    }
    close(report[0]);
    *process = child;
    return code;
}
