// paced.cpp - requests at a fixed rate, however slow the answers are (an open loop). The latency of a request for which
// no connection was free counts from the moment it was due, so a stall is seen by every request that was due meanwhile.
// Where a connection was free and this program itself was late, it counts from sending: that is no fault of the server.
//   paced PORT RATE SECONDS CONNECTIONS
// Prints one line of JSON; `late_p999_us` is how late requests were sent. Runs at real-time priority if it may.
#include "wire.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <iostream>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

namespace {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr auto patience = std::chrono::seconds(2); // for answers that are still missing after the last request

[[noreturn]] void fail(const char* what) {
  std::cerr << "paced: " << what << ": " << std::strerror(errno) << '\n';
  std::exit(1);
}

struct Connection {
  int fd = -1;
  Time begin; // of the latency of the request it waits for
  bool waiting = false;
  std::string in;
};

class Load {
public:
  Load(std::uint16_t port, double rate, double seconds, std::size_t connections)
      : port_(port), interval_(static_cast<std::int64_t>(1e9 / rate)), total_(static_cast<std::size_t>(rate * seconds)),
        connections_(connections) {
    watch(timer_, connections);
    for (std::size_t i = 0; i < connections; ++i) open(i);
    latencies_.reserve(total_);
    late_.reserve(total_);
  }

  void run() {
    start_ = Clock::now() + std::chrono::milliseconds(10);
    const Time end = due(total_) + patience;
    std::array<epoll_event, 128> events{};
    while (done() < total_ && Clock::now() < end) {
      set_timer();
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
      for (int i = 0; i < count; ++i) {
        const std::size_t which = events[static_cast<std::size_t>(i)].data.u64;
        if (which < connections_.size()) receive(which);
      }
      send_due();
    }
  }

  void print() {
    const std::size_t errors = total_ - latencies_.size();
    std::sort(latencies_.begin(), latencies_.end());
    std::sort(late_.begin(), late_.end());
    std::cout << "{\"requests\": " << latencies_.size() << ", \"errors\": " << errors
              << ", \"p50_us\": " << percentile(latencies_, 0.5) << ", \"p99_us\": " << percentile(latencies_, 0.99)
              << ", \"p999_us\": " << percentile(latencies_, 0.999) << ", \"max_us\": " << percentile(latencies_, 1)
              << ", \"late_p999_us\": " << percentile(late_, 0.999) << "}\n";
  }

private:
  Time due(std::size_t index) const { return start_ + interval_ * static_cast<std::int64_t>(index); }
  std::size_t done() const { return latencies_.size() + failed_; }

  void watch(int fd, std::size_t tag) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = tag;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
  }

  void open(std::size_t which) {
    Connection& connection = connections_[which];
    connection = {};
    connection.fd = connect_to(port_);
    if (connection.fd < 0) fail("connect");
    watch(connection.fd, which);
    release(which);
  }

  void release(std::size_t which) {
    if (free_.empty()) free_since_ = Clock::now();
    free_.push_back(which);
  }

  void set_timer() const {
    if (next_ == total_) return;
    const auto until = std::max(due(next_) - Clock::now(), Clock::duration(1));
    const auto count = std::chrono::duration_cast<nanoseconds>(until).count();
    const itimerspec when{{0, 0}, {count / 1'000'000'000, count % 1'000'000'000}};
    timerfd_settime(timer_, 0, &when, nullptr);
  }

  // Oldest first, over the connections in turn; what finds no free connection stays due.
  void send_due() {
    for (Time now = Clock::now(); next_ < total_ && due(next_) <= now && !free_.empty(); now = Clock::now()) {
      const std::size_t which = free_.front();
      free_.pop_front();
      Connection& connection = connections_[which];
      const Time planned = due(next_++);
      connection.begin = planned < free_since_ ? planned : now;
      connection.waiting = true;
      late_.push_back(now - planned);
      if (send(connection.fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) restart(which);
    }
  }

  void receive(std::size_t which) {
    Connection& connection = connections_[which];
    std::array<char, 4096> in{};
    const ssize_t received = recv(connection.fd, in.data(), in.size(), MSG_DONTWAIT);
    if (received < 0 && errno == EAGAIN) return;
    if (received <= 0) return restart(which);
    connection.in.append(in.data(), static_cast<std::size_t>(received));
    const std::size_t size = response_size(connection.in);
    if (size == 0) return;
    if (!connection.waiting || !connection.in.starts_with("HTTP/1.1 200")) return restart(which);
    latencies_.push_back(Clock::now() - connection.begin);
    connection.in.erase(0, size);
    connection.waiting = false;
    release(which);
  }

  // A server may end a connection between two requests; ended within one, that request has failed.
  void restart(std::size_t which) {
    if (connections_[which].waiting) ++failed_;
    std::erase(free_, which);
    close(connections_[which].fd);
    open(which);
  }

  std::uint16_t port_;
  nanoseconds interval_;
  std::size_t total_;
  std::size_t next_ = 0; // the first request not sent yet
  std::size_t failed_ = 0;
  Time start_;
  Time free_since_; // there has been a free connection
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  int timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  std::vector<Connection> connections_;
  std::deque<std::size_t> free_;
  std::vector<nanoseconds> latencies_;
  std::vector<nanoseconds> late_;
};

} // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::cerr << "usage: paced PORT RATE SECONDS CONNECTIONS\n", 2;
  const sched_param priority{1};
  sched_setscheduler(0, SCHED_FIFO, &priority);
  Load load(static_cast<std::uint16_t>(std::atoi(argv[1])), std::atof(argv[2]), std::atof(argv[3]),
            static_cast<std::size_t>(std::atoi(argv[4])));
  load.run();
  load.print();
}
