// epoll.cpp - the ceiling: what is left of an HTTP server when it neither parses, routes, checks nor counts anything.
// Every thread has its own listener and epoll set, counts the empty lines in what it receives and sends as many copies
// of one ready-made response, whose Date is set once a second. Not a server to use: a request may be anything at all.
//   epoll PORT FILE THREADS    FILE holds the response; with "Connection: close" in it, connections end after one
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr std::size_t carried = end_of_head.size() - 1; // bytes kept, in case the end of a head comes in two pieces
constexpr std::size_t copies = 64;                      // responses that one send can take

[[noreturn]] void fail(const char* what) {
  std::cerr << "epoll: " << what << ": " << std::strerror(errno) << '\n';
  std::exit(1);
}

int listen_on(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // taken over by what is accepted
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
  if (listen(fd, 4096) != 0) fail("listen");
  return fd;
}

// `copies` times the response, with the current Date.
class Responses {
public:
  explicit Responses(const std::string& response)
      : size_(response.size()), closes_(response.find("\r\nConnection: close\r\n") != std::string::npos) {
    const std::size_t field = response.find("\r\nDate: ");
    if (field != std::string::npos) date_ = field + 8;
    for (std::size_t i = 0; i < copies; ++i) bytes_ += response;
  }

  void refresh() {
    const std::time_t now = std::time(nullptr);
    if (now == written_ || date_ == 0) return;
    written_ = now;
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 30> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    for (std::size_t i = 0; i < copies; ++i) bytes_.replace(i * size_ + date_, length, text.data(), length);
  }

  std::string_view first(std::size_t count) const { return std::string_view(bytes_).substr(0, count * size_); }
  bool closes() const { return closes_; }

private:
  std::size_t size_;
  bool closes_;
  std::size_t date_ = 0; // 0: the response has none
  std::time_t written_ = 0;
  std::string bytes_;
};

class Loop {
public:
  Loop(std::uint16_t port, const std::string& response) : responses_(response), listener_(listen_on(port)) {
    watch(listener_);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 512> events{};
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      responses_.refresh();
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_) accept_all();
        else if (!answer(fd)) close(fd);
      }
    }
  }

private:
  using Tail = std::array<char, carried>;

  void watch(int fd) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
  }

  void accept_all() {
    for (;;) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      if (tails_.size() <= static_cast<std::size_t>(fd)) tails_.resize(static_cast<std::size_t>(fd) + 1024);
      tails_[static_cast<std::size_t>(fd)] = {};
      watch(fd);
    }
  }

  // False: the connection has ended.
  bool answer(int fd) {
    Tail& tail = tails_[static_cast<std::size_t>(fd)];
    std::memcpy(in_.data(), tail.data(), carried);
    const ssize_t received = recv(fd, in_.data() + carried, in_.size() - carried, 0);
    if (received < 0) return errno == EAGAIN;
    if (received == 0) return false;
    const std::string_view in(in_.data(), carried + static_cast<std::size_t>(received));
    std::memcpy(tail.data(), in.data() + in.size() - carried, carried);

    std::size_t requests = 0;
    for (auto at = in.find(end_of_head); at != in.npos; at = in.find(end_of_head, at + end_of_head.size())) ++requests;
    if (requests == 0) return true;
    if (requests > copies) return false;
    const std::string_view out = responses_.first(responses_.closes() ? 1 : requests);
    const bool sent = send(fd, out.data(), out.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(out.size());
    return sent && !responses_.closes();
  }

  Responses responses_;
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  int listener_;
  std::vector<Tail> tails_; // by descriptor
  std::array<char, 65'536> in_{};
};

} // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::cerr << "usage: epoll PORT FILE THREADS\n", 2;
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  std::ifstream file(argv[2], std::ios::binary);
  const std::string response((std::istreambuf_iterator<char>(file)), {});
  if (response.empty()) return std::cerr << "epoll: no response in " << argv[2] << '\n', 1;

  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  std::vector<std::jthread> threads;
  for (int i = 0; i < std::atoi(argv[3]); ++i) {
    threads.emplace_back([&] { Loop(port, response).run(); });
  }
}
