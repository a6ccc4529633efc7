#define _GNU_SOURCE
#include "CSocket.h"

#include <sys/socket.h>

const int tributary_stream_socket = SOCK_STREAM;
#ifdef SOCK_CLOEXEC
const int tributary_close_on_exec_socket = SOCK_CLOEXEC;
#else
const int tributary_close_on_exec_socket = 0;
#endif
