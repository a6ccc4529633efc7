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

// Linux: the child runs in this memory, whose tables it would take longer to copy than all else here takes, and the
// thread sleeps until the child's exec.
#ifdef __linux__
#define begin_child vfork
#else
#define begin_child fork
#endif

static void close_from(int first) {
#if defined(__linux__) && defined(SYS_close_range)
    if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
#endif
    long limit = sysconf(_SC_OPEN_MAX);
    if (limit < 0 || limit > 65536) limit = 65536;
    for (int descriptor = first; descriptor < limit; descriptor++) close(descriptor);
}

// A copy of a descriptor above those that the child will overwrite; -1 stays.
static int raised(int descriptor) { return descriptor < 0 ? -1 : fcntl(descriptor, F_DUPFD_CLOEXEC, 10); }

// Ends what the parent has set up for signals: on its way to exec the child must run none of its handlers.
static void forget_handlers(void) {
    struct sigaction action;
    for (int number = 1; number < NSIG; number++) {
        if (sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_IGN || action.sa_handler == SIG_DFL) continue;
        action.sa_handler = SIG_DFL;
        action.sa_flags = 0;
        sigaction(number, &action, NULL);
    }
}

// Only functions that are safe between fork and exec in a process with threads (signal-safety(7)), and none that writes
// where the parent reads: until exec both have one memory.
__attribute__((noreturn)) static void run_child(const tributary_child *child, int input, int output, int errors, int report, pid_t parent) {
    forget_handlers();
    signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, child->death_signal);
#endif
    if (getppid() != parent) _exit(127);
    setsid();
    // All descriptors that are copied lie above those that they are copied to, so that none overwrites another. The pipe
    // for reports moves to 3, which close_from spares and exec closes: it must not stay open anywhere else.
    int null = raised(open("/dev/null", O_RDWR));
    int is_ready = null >= 0 && dup2(output < 0 ? null : output, 1) >= 0 && dup2(errors < 0 ? null : errors, 2) >= 0
        && dup2(report, 3) >= 0 && dup2(input < 0 ? null : input, 0) >= 0 && fcntl(3, F_SETFD, FD_CLOEXEC) == 0;
    if (is_ready && (child->folder == NULL || chdir(child->folder) == 0)) {
        close_from(4);
        execve(child->path, child->arguments, child->environment);
    }
    int code = errno;
    (void)!write(is_ready ? 3 : report, &code, sizeof code);
    _exit(127);
}

static int await_exec(int report, pid_t process) {
    int code = 0;
    ssize_t count;
    while ((count = read(report, &code, sizeof code)) < 0 && errno == EINTR) {}
    if (count != sizeof code) return 0;
    waitpid(process, NULL, 0);
    return code;
}

int tributary_spawn(const tributary_child *child, pid_t *process) {
    int low[2];
    if (pipe(low) != 0) return errno;
    int report[2] = {raised(low[0]), raised(low[1])};
    close(low[0]);
    close(low[1]);
    int input = raised(child->input);
    int output = raised(child->output);
    int errors = raised(child->errors);
    int code = report[0] < 0 || report[1] < 0 ? errno : 0;
    if (code == 0) {
        pid_t parent = getpid();
        // A handler of the parent must not run in the child, which has its memory: signals wait until both are apart.
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        pid_t started = begin_child();
        if (started == 0) run_child(child, input, output, errors, report[1], parent);
        if (started < 0) code = errno;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        *process = started;
    }
    if (report[1] >= 0) close(report[1]);
    if (input >= 0) close(input);
    if (output >= 0) close(output);
    if (errors >= 0) close(errors);
    if (code == 0) code = await_exec(report[0], *process);
    if (report[0] >= 0) close(report[0]);
    return code;
}
