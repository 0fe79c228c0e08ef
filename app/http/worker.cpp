#include "http/worker.hpp"

#include "http/problem.hpp"

#include <algorithm>
#include <cerrno>
#include <new>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace greeter {

namespace {

constexpr auto accept_pause = std::chrono::milliseconds(100);

// Responses made for one connection before they are sent.
constexpr std::size_t turn_bytes = 65'536;

// Nobody waits so long for a turn.
constexpr auto forever = std::chrono::hours(24);

// clear() and assigning an empty string both keep the buffer.
void release(std::string& text) { std::string().swap(text); }

std::size_t held_by(const std::string& text) { return text.empty() ? 0 : text.capacity(); }

bool would_wait(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

} // namespace

Worker::Worker(EngineState& engine, Fd epoll, Fd listener, Handler& handler, WorkerMetrics& metrics)
    : engine_(engine), handler_(handler), metrics_(metrics), listener_(std::move(listener)), epoll_(std::move(epoll)),
      idle_{engine.limits.idle, Limit::idle_timeout}, heads_{engine.limits.head, Limit::head_timeout},
      bodies_{engine.limits.body, Limit::body_timeout}, sending_{engine.limits.send, Limit::send_timeout},
      waiting_{forever, Limit::none}, lingering_{engine.limits.linger, Limit::none},
      awaiting_{engine.limits.answer, Limit::answer_timeout}, streaming_{forever, Limit::none},
      mailbox_(std::make_shared<Mailbox>()) {
  watch(EPOLL_CTL_ADD, mailbox_->fd(), EPOLLIN, mailbox_.get());
  watch(EPOLL_CTL_ADD, engine_.drain.get(), EPOLLIN, &engine_);
  watch(EPOLL_CTL_ADD, listener_.get(), EPOLLIN, nullptr);
}

void Worker::run() {
  std::array<epoll_event, 512> events;
  while (!draining_ || !empty()) {
    const int n = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), milliseconds_to_wait());
    now_ = Clock::now();
    bool drain = false, letters = false; // may close any connection, so they wait until no event can mean one
    for (int i = 0; i < n; ++i) {
      void* const tag = events[static_cast<std::size_t>(i)].data.ptr;
      if (tag == nullptr) accept_all();
      else if (tag == &engine_) drain = true;
      else if (tag == mailbox_.get()) letters = true;
      else go_on(*static_cast<Connection*>(tag));
    }
    if (letters) deliver();
    if (drain) start_draining();
    take_turns();
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
    try {
      admit(std::move(client), Address::of(peer));
    } catch (const std::bad_alloc&) {
      return pause_accepting();
    }
  }
}

void Worker::admit(Fd client, const Address& peer) {
  auto verdict = engine_.admission.admit(peer);
  const Limit over = verdict.over;
  if (!verdict.place) { // whoever floods the server gets no more words
    metrics_.count(over);
    return;
  }
  auto& c = idle_.members.emplace_back(std::move(client), peer, std::move(*verdict.place), engine_.buffered);
  metrics_.accepted.add();
  c.self = std::prev(idle_.members.end());
  c.phase = &idle_;
  c.since = now_;
  if (engine_.channels) {
    c.channel = engine_.channels(c.fd.get());
    if (!c.channel) return close(c);
  }
  if (over == Limit::none) return go_on(c); // the request has often arrived already
  attempt(c, [&] { turn_away(c, 503, over); });
}

// Out of descriptors or memory the listener stays readable: asking again at once would only burn the processor.
void Worker::pause_accepting() {
  if (!listener_) return;
  watch(EPOLL_CTL_DEL, listener_.get(), 0, nullptr);
  accept_again_ = now_ + accept_pause;
}

// The client has sent or taken something, or is gone.
void Worker::go_on(Connection& c) {
  attempt(c, [&] {
    if (c.phase == &sending_) {
      if (flush(c, c.out)) settle(c);
    } else if (c.phase == &awaiting_) close(c); // only an end is reported to those
    else if (c.phase != &waiting_) receive(c);
  });
}

void Worker::receive(Connection& c) {
  const auto n = c.channel ? c.channel->receive(buffer_.data(), buffer_.size())
                           : ::recv(c.fd.get(), buffer_.data(), buffer_.size(), 0);
  if (n < 0 && would_wait(errno)) {
    const bool opening = c.channel && !c.channel->is_open(); // has the time of a head
    const bool opened = c.channel && !opening && c.phase == &heads_ && c.in.empty();
    if (!c.watched || opened) enter(c, opening ? heads_ : idle_);
    return;
  }
  if (n <= 0) return close(c);
  if (c.phase == &lingering_ || c.phase == &streaming_) return; // nothing it says matters any more
  const std::string_view fresh(buffer_.data(), static_cast<std::size_t>(n));
  if (!c.in.empty()) {
    c.in += fresh;
    return answer_buffered(c);
  }
  out_.clear();
  c.in = answer(c, fresh);
  respond(c);
}

void Worker::answer_buffered(Connection& c) {
  out_.clear();
  c.in.erase(0, c.in.size() - answer(c, c.in).size());
  if (c.in.empty()) release(c.in); // an idle connection owns no buffer
  respond(c);
}

// Appends the responses to the complete requests of `in` to out_, as many as one turn has. Returns what is left of
// `in`.
std::string_view Worker::answer(Connection& c, std::string_view in) {
  const auto& limits = engine_.limits;
  c.backlog = false;
  while (!c.closing && !c.id && !in.empty()) {
    if (answered_ == limits.requests_per_turn || out_.size() >= turn_bytes) {
      metrics_.count(Limit::requests_per_turn);
      c.backlog = true;
      return in;
    }
    const Frame frame = next_frame(in, limits.frame, c.progress);
    if (frame.error) {
      refuse(c, frame.error, frame.limit, {std::string(frame.method), new_ids()});
      return {};
    }
    c.has_head = frame.has_head;
    if (frame.size == 0) {
      if (frame.wants_continue && !std::exchange(c.continued, true)) out_ += "HTTP/1.1 100 Continue\r\n\r\n";
      return in;
    }
    const bool last = ++c.requests >= limits.requests_per_connection;
    if (last) metrics_.count(Limit::requests_per_connection);
    c.closing = last || frame.close || engine_.closing.load(std::memory_order_relaxed);
    c.continued = false;
    c.progress = {};
    const auto persistence = c.closing        ? Persistence::ends
                             : frame.http_1_0 ? Persistence::stays_as_if
                                              : Persistence::stays;
    asking_ = &c;
    const Exchange exchange{.frame = frame,
                            .bytes = in.substr(0, frame.size),
                            .peer = c.peer,
                            .persistence = persistence,
                            .date = dates_.date(now_),
                            .later = this};
    const int status = handler_.answer(exchange, out_);
    in.remove_prefix(frame.size);
    c.parting = frame.close && in.empty();
    if (status == Handler::deferred) {
      c.asked = std::make_unique<Asked>(Asked{std::string(frame.method), exchange.ids()});
      return in;
    }
    metrics_.count(frame.method, status);
    ++answered_;
  }
  return in;
}

// Appends the last response of the connection.
void Worker::refuse(Connection& c, int status, Limit limit, const Asked& asked) {
  const auto response = closing_response(status, request_id_field(asked.ids));
  if (asked.method == "HEAD") response.append_head_to(out_, dates_.date(now_)); // RFC 9110, 9.3.2
  else response.append_to(out_, dates_.date(now_));
  metrics_.count(asked.method, status);
  metrics_.count(limit);
  handler_.refused(c.peer, asked.ids, status);
  ++answered_;
  c.closing = true;
  c.backlog = false;
}

// Refuses whatever the connection is in the middle of.
void Worker::turn_away(Connection& c, int status, Limit limit) {
  out_.clear();
  refuse(c, status, limit, c.asked ? *c.asked : Asked{{}, new_ids()});
  respond(c);
}

// Sends the responses that were made. The connection may be gone then.
void Worker::respond(Connection& c) {
  const bool goes_on = out_.empty() || flush(c, out_);
  const auto answered = std::exchange(answered_, 0);
  if (answered) metrics_.observe(Clock::now() - now_, answered);
  if (!goes_on) return;
  if (answered) c.since = now_; // the next request has its own time
  settle(c);
}

// Sends `data`. True when all is sent and the connection goes on; else it may be gone.
bool Worker::flush(Connection& c, std::string& data) {
  const auto n = c.channel ? c.channel->send(data) : ::send(c.fd.get(), data.data(), data.size(), MSG_NOSIGNAL);
  if (n < 0 && !would_wait(errno)) {
    close(c);
    return false;
  }
  data.erase(0, static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  if (!data.empty()) {
    if (c.phase == &sending_) return false; // progress does not extend the time
    c.out = data;
    if (!is_within_budget(c)) {
      metrics_.count(Limit::buffer_bytes);
      close(c);
      return false;
    }
    enter(c, sending_);
    return false;
  }
  if (c.phase == &sending_) release(c.out);
  if (!c.closing || c.id) return true;
  if (c.channel) c.channel->finish();
  if (c.parting) { // nothing is on its way to us that could make the system reset the connection
    close(c);
    return false;
  }
  release(c.in);
  c.charge.set(0);
  // Closing now, with bytes of the client unread or on their way, would reset the connection and eat the response.
  ::shutdown(c.fd.get(), SHUT_WR);
  enter(c, lingering_);
  return false;
}

// Everything is sent: moves the connection on to whatever it waits for next.
void Worker::settle(Connection& c) {
  if (c.streaming && draining_) return close(c);
  if (!is_within_budget(c)) return turn_away(c, 503, Limit::buffer_bytes);
  auto& next = c.streaming    ? streaming_
               : c.id         ? awaiting_
               : c.backlog    ? waiting_
               : c.in.empty() ? idle_
               : c.has_head   ? bodies_
                              : heads_;
  if (c.phase != &next || c.since == now_) enter(c, next);
}

// Counts what the connection holds. False: the connections hold too much together, and this one has to go.
bool Worker::is_within_budget(Connection& c) {
  c.charge.set(held_by(c.in) + held_by(c.out));
  if (engine_.buffered.load(std::memory_order_relaxed) <= engine_.limits.buffer_bytes) return true;
  return c.in.empty() && c.out.empty();
}

// Not before it has to wait is a connection watched: one that asks, is answered and ends never does. May close it.
void Worker::enter(Connection& c, Phase& next) {
  const std::uint32_t events = &next == &sending_ ? +EPOLLOUT : &next == &awaiting_ ? 0 : +EPOLLIN;
  if (c.watched != events) {
    if (!watch(c.watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c.fd.get(), events, &c)) return close(c);
    c.watched = events;
  }
  next.members.splice(next.members.end(), c.phase->members, c.self);
  c.phase = &next;
  c.since = now_;
}

void Worker::close(Connection& c) {
  metrics_.closed.add();
  if (c.id) expecting_.erase(c.id);
  c.phase->members.erase(c.self);
}

// Connections with more requests than fit into a turn go on when all others have been looked at.
void Worker::take_turns() {
  for (auto turns = waiting_.members.size(); turns > 0; --turns) {
    auto& c = waiting_.members.front();
    attempt(c, [&] { answer_buffered(c); });
  }
}

void Worker::start_draining() {
  watch(EPOLL_CTL_DEL, engine_.drain.get(), 0, nullptr);
  accept_all(); // what the kernel has accepted is ours to answer, and nothing more
  if (accept_again_ == Clock::time_point::max()) watch(EPOLL_CTL_DEL, listener_.get(), 0, nullptr);
  accept_again_ = Clock::time_point::max();
  listener_.reset();
  draining_ = true;
  cut_off_ = now_ + engine_.grace.load();
  end_streams();
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
  if (c.phase == &heads_ || c.phase == &bodies_) return attempt(c, [&] { turn_away(c, 408, c.phase->limit); });
  if (c.phase == &awaiting_) return attempt(c, [&] { give_up(c); });
  if (!draining_) metrics_.count(c.phase->limit);
  close(c);
}

int Worker::milliseconds_to_wait() const {
  if (!waiting_.members.empty()) return 0;
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

bool Worker::watch(int operation, int fd, std::uint32_t events, void* tag) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = tag;
  return ::epoll_ctl(epoll_.get(), operation, fd, &event) == 0;
}

} // namespace greeter
