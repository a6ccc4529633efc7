#ifndef TRIBUTARY_CSOCKET_H
#define TRIBUTARY_CSOCKET_H

// SOCK_STREAM, and with it SOCK_CLOEXEC where the system has it. Swift finds the constants of <sys/socket.h> by chance
// alone: another imported C module that includes the header may hide them.
extern const int tributary_stream_socket;
extern const int tributary_close_on_exec_socket;

#endif
