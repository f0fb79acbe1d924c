#pragma once

#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>

// MHD_start_daemon is variadic. `threads` threads serve the connections, and the address decides the family. A
// handler may suspend its connection, which MHD_resume_connection wakes from any thread.
// https://www.gnu.org/software/libmicrohttpd/manual/libmicrohttpd.html#microhttpd_002dinit
static inline struct MHD_Daemon *wt_mhd_start(
  const struct sockaddr *address, MHD_AccessHandlerCallback handle, MHD_RequestCompletedCallback completed,
  void *context, unsigned int connection_limit, unsigned int idle_seconds, size_t connection_memory,
  unsigned int threads)
{
  unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO | MHD_ALLOW_SUSPEND_RESUME;
  if (address->sa_family == AF_INET6) flags |= MHD_USE_IPv6;
  return MHD_start_daemon(
    flags, 0, NULL, NULL, handle, context,
    MHD_OPTION_SOCK_ADDR, address,
    MHD_OPTION_NOTIFY_COMPLETED, completed, context,
    MHD_OPTION_CONNECTION_LIMIT, connection_limit,
    MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds,
    MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory,
    MHD_OPTION_THREAD_POOL_SIZE, threads,
    MHD_OPTION_END);
}

// Leaves the percent signs of an address as they came, so that no two spellings name the same thing.
static inline size_t wt_mhd_as_it_came(void *context, struct MHD_Connection *connection, char *text) {
  (void)context;
  (void)connection;
  size_t count = 0;
  while (text[count] != 0) count++;
  return count;
}

// MHD_start_daemon is variadic. The daemon owns `listening` from now on, and closes it in MHD_stop_daemon. The
// daemon uses poll(2) and not epoll(7), because another thread ends connections by shutdown(2): every poll sees
// such an end, while an edge is reported only once. A request without Host is refused by the callback, so the
// daemon does not have to be strict (MHD_OPTION_STRICT_FOR_CLIENT).
// https://www.gnu.org/software/libmicrohttpd/manual/libmicrohttpd.html#microhttpd_002dconst
static inline struct MHD_Daemon *wt_mhd_serve(
  int listening, MHD_AccessHandlerCallback handle, MHD_RequestCompletedCallback completed,
  MHD_NotifyConnectionCallback connected, void *context, unsigned int connection_limit,
  unsigned int connections_of_one_address, size_t connection_memory)
{
  return MHD_start_daemon(
    MHD_USE_POLL_INTERNAL_THREAD, 0, NULL, NULL, handle, context,
    MHD_OPTION_LISTEN_SOCKET, listening,
    MHD_OPTION_NOTIFY_COMPLETED, completed, context,
    MHD_OPTION_NOTIFY_CONNECTION, connected, context,
    MHD_OPTION_UNESCAPE_CALLBACK, wt_mhd_as_it_came, NULL,
    MHD_OPTION_CONNECTION_LIMIT, connection_limit,
    MHD_OPTION_PER_IP_CONNECTION_LIMIT, connections_of_one_address,
    MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory,
    MHD_OPTION_END);
}

// Gives the port, or 0 where it is not known. MHD_get_daemon_info is variadic and returns a union.
static inline uint16_t wt_mhd_port(struct MHD_Daemon *daemon) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info == NULL ? 0 : info->port;
}

// Gives the socket, or -1. MHD_get_connection_info is variadic and returns a union, here and below.
static inline int wt_mhd_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == NULL ? -1 : info->connect_fd;
}

// Gives the client's IPv4 address in the network's order, or 0.
static inline uint32_t wt_mhd_client(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (info == NULL || info->client_addr == NULL || info->client_addr->sa_family != AF_INET) return 0;
  return ((const struct sockaddr_in *)info->client_addr)->sin_addr.s_addr;
}

// Gives the pointer that the callback of MHD_OPTION_NOTIFY_CONNECTION kept for the connection, or NULL.
static inline void *wt_mhd_connection_context(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info == NULL ? NULL : info->socket_context;
}

// Gives the number of bytes of the request's head, or 0 where it is not complete.
static inline size_t wt_mhd_head_bytes(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info == NULL ? 0 : info->header_size;
}
