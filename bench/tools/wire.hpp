// What the load generators share: a connection to 127.0.0.1, the end of a response, and the latencies in between.
#pragma once
#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

// -1: nobody listens.
inline int connect_to(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

// Bytes of the HTTP response at the start of `in`, 0 while it is not complete.
inline std::size_t response_size(std::string_view in) {
  constexpr std::string_view field = "content-length:";
  const std::size_t end = in.find("\r\n\r\n");
  if (end == in.npos) return 0;
  std::string head(in.substr(0, end));
  for (char& c : head) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  const std::size_t at = head.find(field);
  const std::size_t body = at == head.npos ? 0 : std::strtoul(head.c_str() + at + field.size(), nullptr, 10);
  return in.size() >= end + 4 + body ? end + 4 + body : 0;
}

// Microseconds that a share of the sorted durations stayed within.
inline double percentile(const std::vector<std::chrono::nanoseconds>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return std::chrono::duration<double, std::micro>(sorted[std::min(rank, sorted.size() - 1)]).count();
}
