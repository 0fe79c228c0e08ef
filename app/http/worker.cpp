#include "http/worker.hpp"

#include "http/problem.hpp"

#include <algorithm>
#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace greeter {

namespace {

constexpr auto accept_pause = std::chrono::milliseconds(100);

std::string address_of(const sockaddr_storage& peer) {
  char text[INET6_ADDRSTRLEN] = "";
  if (peer.ss_family == AF_INET)
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, text, sizeof text);
  if (peer.ss_family == AF_INET6)
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr, text, sizeof text);
  const std::string_view address = text;
  constexpr std::string_view mapped = "::ffff:"; // an IPv4 client of a socket for both families
  return std::string(address.starts_with(mapped) ? address.substr(mapped.size()) : address);
}

// Responses made for one connection before they are sent.
constexpr std::size_t turn_bytes = 65'536;

// clear() and assigning an empty string both keep the buffer.
void release(std::string& text) { std::string().swap(text); }

bool would_wait(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

} // namespace

Worker::Worker(EngineState& engine, Fd listener, Handler& handler, WorkerMetrics& metrics)
    : engine_(engine), handler_(handler), metrics_(metrics), listener_(std::move(listener)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)), receiving_{engine.limits.receive}, idle_{engine.limits.idle},
      sending_{engine.limits.send}, lingering_{engine.limits.linger} {
  watch(EPOLL_CTL_ADD, engine_.drain.get(), EPOLLIN, &engine_);
  watch(EPOLL_CTL_ADD, listener_.get(), EPOLLIN, nullptr);
}

void Worker::run() {
  std::array<epoll_event, 64> events;
  while (!draining_ || !empty()) {
    const int n = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), milliseconds_to_wait());
    now_ = Clock::now();
    for (int i = 0; i < n; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      void* const tag = event.data.ptr;
      if (tag == nullptr) accept_all();
      else if (tag == &engine_) start_draining();
      else if (auto& c = *static_cast<Connection*>(tag); event.events & EPOLLOUT) go_on_sending(c);
      else receive(c);
    }
    expire();
  }
}

void Worker::accept_all() {
  for (;;) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    Fd client(::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!client) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) pause_accepting();
      if (errno == ECONNABORTED || errno == EINTR) continue;
      return;
    }
    admit(std::move(client), address_of(peer));
  }
}

void Worker::admit(Fd client, std::string peer) {
  metrics_.accepted.add();
  if (engine_.connections.fetch_add(1, std::memory_order_relaxed) >= engine_.limits.connections) {
    engine_.connections.fetch_sub(1, std::memory_order_relaxed);
    metrics_.shed.add();
    metrics_.closed.add();
    metrics_.count("", 503);
    const auto response = closing_response(503);
    ::send(client.get(), response.data(), response.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return;
  }
  auto& c = idle_.members.emplace_back(Connection{.fd = std::move(client), .peer = std::move(peer)});
  c.self = std::prev(idle_.members.end());
  c.phase = &idle_;
  c.since = now_;
  watch(EPOLL_CTL_ADD, c.fd.get(), EPOLLIN, &c);
  receive(c); // the request has often arrived already
}

// Out of descriptors or memory the listener stays readable: asking again at once would only burn the processor.
void Worker::pause_accepting() {
  watch(EPOLL_CTL_DEL, listener_.get(), 0, nullptr);
  accept_again_ = now_ + accept_pause;
}

void Worker::receive(Connection& c) {
  const auto n = ::recv(c.fd.get(), buffer_.data(), buffer_.size(), 0);
  if (n < 0 && would_wait(errno)) return;
  if (n <= 0) return close(c);
  if (c.phase == &lingering_) return; // nothing it says matters any more
  const std::string_view fresh(buffer_.data(), static_cast<std::size_t>(n));
  if (c.in.empty()) {
    out_.clear();
    c.in = answer(c, fresh);
  } else {
    c.in += fresh;
    answer_buffered(c);
  }
  respond(c);
}

void Worker::answer_buffered(Connection& c) {
  out_.clear();
  c.in.erase(0, c.in.size() - answer(c, c.in).size());
  if (c.in.empty()) release(c.in); // an idle connection owns no buffer
}

// Sends the responses that were made, and goes on with the requests that were left for the next turn.
void Worker::respond(Connection& c) {
  for (;;) {
    if (out_.empty()) {
      if (c.phase != &receiving_) enter(c, receiving_);
      return;
    }
    const bool goes_on = flush(c, out_);
    if (answered_) metrics_.observe(Clock::now() - now_, std::exchange(answered_, 0));
    if (!goes_on || !c.backlog) return;
    answer_buffered(c);
  }
}

// Appends the responses to the complete requests of `in` to out_, as many as fit into a turn: a client that does not
// read gets no more made for it. Returns what is left of `in`.
std::string_view Worker::answer(Connection& c, std::string_view in) {
  c.backlog = false;
  while (!c.closing && !in.empty()) {
    if (out_.size() >= turn_bytes) {
      c.backlog = true;
      return in;
    }
    const Frame frame = next_frame(in, engine_.limits.frame);
    if (frame.error) {
      out_ += closing_response(frame.error);
      metrics_.count(frame.method, frame.error);
      handler_.refused(c.peer, frame.error);
      ++answered_;
      c.closing = true;
      return in;
    }
    if (frame.size == 0) {
      if (frame.wants_continue && !std::exchange(c.continued, true)) out_ += "HTTP/1.1 100 Continue\r\n\r\n";
      return in;
    }
    c.closing = frame.close || engine_.closing.load(std::memory_order_relaxed);
    c.continued = false;
    const int status = handler_.answer({.frame = frame, .peer = c.peer, .close = c.closing}, out_);
    metrics_.count(frame.method, status);
    ++answered_;
    in.remove_prefix(frame.size);
  }
  return in;
}

// Sends `data` and moves the connection on to whatever it waits for next. True when all is sent and the connection goes
// on; else it may be gone.
bool Worker::flush(Connection& c, std::string& data) {
  const auto n = ::send(c.fd.get(), data.data(), data.size(), MSG_NOSIGNAL);
  if (n < 0 && !would_wait(errno)) {
    close(c);
    return false;
  }
  data.erase(0, static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  if (!data.empty()) {
    if (c.phase == &sending_) return false; // progress does not extend the time
    c.out = data;
    watch(EPOLL_CTL_MOD, c.fd.get(), EPOLLOUT, &c);
    enter(c, sending_);
    return false;
  }
  if (c.phase == &sending_) {
    release(c.out);
    watch(EPOLL_CTL_MOD, c.fd.get(), EPOLLIN, &c);
  }
  if (!c.closing) {
    enter(c, c.in.empty() ? idle_ : receiving_);
    return true;
  }
  release(c.in);
  // Closing now, with bytes of the client unread or on their way, would reset the connection and eat the response.
  ::shutdown(c.fd.get(), SHUT_WR);
  enter(c, lingering_);
  return false;
}

// The client has taken some of what waited for it.
void Worker::go_on_sending(Connection& c) {
  if (!flush(c, c.out) || !c.backlog) return;
  answer_buffered(c);
  respond(c);
}

void Worker::enter(Connection& c, Phase& next) {
  next.members.splice(next.members.end(), c.phase->members, c.self);
  c.phase = &next;
  c.since = now_;
}

void Worker::close(Connection& c) {
  engine_.connections.fetch_sub(1, std::memory_order_relaxed);
  metrics_.closed.add();
  c.phase->members.erase(c.self);
}

void Worker::start_draining() {
  watch(EPOLL_CTL_DEL, engine_.drain.get(), 0, nullptr);
  accept_all(); // what the kernel has accepted is ours to answer, and nothing more
  if (accept_again_ == Clock::time_point::max()) watch(EPOLL_CTL_DEL, listener_.get(), 0, nullptr);
  accept_again_ = Clock::time_point::max();
  listener_.reset();
  draining_ = true;
  cut_off_ = now_ + engine_.grace.load();
  idle_.timeout = std::min(idle_.timeout, engine_.limits.linger); // the next request may be on its way
}

void Worker::expire() {
  for (Phase* phase : phases_)
    while (phase->expired(now_)) time_out(phase->members.front());
  if (now_ >= cut_off_)
    for (Phase* phase : phases_)
      while (!phase->members.empty()) close(phase->members.front());
  if (now_ >= accept_again_) {
    accept_again_ = Clock::time_point::max();
    watch(EPOLL_CTL_ADD, listener_.get(), EPOLLIN, nullptr);
  }
}

void Worker::time_out(Connection& c) {
  if (c.phase != &receiving_) return close(c);
  out_ = closing_response(408);
  metrics_.count("", 408);
  handler_.refused(c.peer, 408);
  c.closing = true;
  flush(c, out_);
}

int Worker::milliseconds_to_wait() const {
  auto next = std::min(cut_off_, accept_again_);
  for (const Phase* phase : phases_)
    if (!phase->members.empty()) next = std::min(next, phase->members.front().since + phase->timeout);
  if (next == Clock::time_point::max()) return -1;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(wait.count(), 0, 3'600'000));
}

bool Worker::empty() const {
  return std::all_of(phases_.begin(), phases_.end(), [](const Phase* phase) { return phase->members.empty(); });
}

void Worker::watch(int operation, int fd, std::uint32_t events, void* tag) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = tag;
  ::epoll_ctl(epoll_.get(), operation, fd, &event);
}

} // namespace greeter
