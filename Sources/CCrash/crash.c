#include "CCrash.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { capacity = 64, length = 1024, heading_length = 512 };
enum { is_free, is_written, is_kept };

// A handler may allocate nothing, so every note has its place from the beginning (signal-safety(7)).
static char notes[capacity][length];
static atomic_int states[capacity];
static char heading[heading_length];
static int exit_status;

static const int numbers[] = {SIGILL, SIGTRAP, SIGFPE, SIGBUS, SIGSEGV, SIGABRT};
enum { count = sizeof numbers / sizeof numbers[0] };
static struct sigaction before[count];

static atomic_flag is_telling = ATOMIC_FLAG_INIT;
static pthread_t teller;

static void copy(char *place, const char *text, size_t size) {
    strncpy(place, text, size - 1);
    place[size - 1] = 0;
}

int tributary_crash_begin(const char *note) {
    for (int number = 0; number < capacity; number++) {
        int expected = is_free;
        if (!atomic_compare_exchange_strong(&states[number], &expected, is_written)) continue;
        copy(notes[number], note, length);
        atomic_store(&states[number], is_kept);
        return number;
    }
    return -1;
}

void tributary_crash_end(int number) {
    if (number >= 0 && number < capacity) atomic_store(&states[number], is_free);
}

static void write_text(const char *text) {
    size_t rest = strlen(text);
    while (rest > 0) {
        ssize_t written = write(STDERR_FILENO, text, rest);
        if (written <= 0) return;
        text += written;
        rest -= (size_t)written;
    }
}

static void run_earlier_handler(int number, siginfo_t *info, void *context) {
    for (int index = 0; index < count; index++) {
        if (numbers[index] != number) continue;
        const struct sigaction *earlier = &before[index];
        if (earlier->sa_flags & SA_SIGINFO) {
            earlier->sa_sigaction(number, info, context);
        } else if (earlier->sa_handler != SIG_DFL && earlier->sa_handler != SIG_IGN) {
            earlier->sa_handler(number);
        }
    }
}

static void handle(int number, siginfo_t *info, void *context) {
    if (atomic_flag_test_and_set(&is_telling)) {
        // Telling it went wrong itself, or another thread is at it and ends the process.
        if (pthread_equal(teller, pthread_self())) _exit(exit_status);
        for (;;) pause();
    }
    teller = pthread_self();
    write_text(heading);
    for (int note = 0; note < capacity; note++) {
        if (atomic_load(&states[note]) == is_kept) write_text(notes[note]);
    }
    run_earlier_handler(number, info, context);
    _exit(exit_status);
}

void tributary_crash_tell(const char *text, int status) {
    static atomic_flag is_set = ATOMIC_FLAG_INIT;
    copy(heading, text, heading_length);
    exit_status = status;
    if (atomic_flag_test_and_set(&is_set)) return;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (int index = 0; index < count; index++) sigaction(numbers[index], &action, &before[index]);
}
