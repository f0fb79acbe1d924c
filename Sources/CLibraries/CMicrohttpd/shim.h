#pragma once

#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>

// MHD_start_daemon is variadic. One thread serves all connections, and the address decides the family.
// https://www.gnu.org/software/libmicrohttpd/manual/libmicrohttpd.html#microhttpd_002dinit
static inline struct MHD_Daemon *wt_mhd_start(
  const struct sockaddr *address, MHD_AccessHandlerCallback handle, MHD_RequestCompletedCallback completed,
  void *context, unsigned int connection_limit, unsigned int idle_seconds)
{
  unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO;
  if (address->sa_family == AF_INET6) flags |= MHD_USE_IPv6;
  return MHD_start_daemon(
    flags, 0, NULL, NULL, handle, context,
    MHD_OPTION_SOCK_ADDR, address,
    MHD_OPTION_NOTIFY_COMPLETED, completed, context,
    MHD_OPTION_CONNECTION_LIMIT, connection_limit,
    MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds,
    MHD_OPTION_END);
}

// Gives the port, or 0 where it is not known. MHD_get_daemon_info is variadic and returns a union.
static inline uint16_t wt_mhd_port(struct MHD_Daemon *daemon) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info == NULL ? 0 : info->port;
}
