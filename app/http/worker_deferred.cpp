// The part of a worker that has to do with responses made by other threads.
#include "http/worker.hpp"

namespace greeter {

DeferredReply Worker::defer() {
  auto& c = *asking_;
  c.id = next_id_++;
  expecting_.emplace(c.id, &c);
  c.gone = std::make_shared<std::atomic<bool>>(false);
  return {mailbox_, c.id, c.gone};
}

// No more letters are expected for it.
void Worker::forget(Connection& c) {
  expecting_.erase(c.id);
  c.id = 0;
}

void Worker::deliver() {
  for (auto& letter : mailbox_->take())
    if (const auto found = expecting_.find(letter.connection); found != expecting_.end()) {
      auto& c = *found->second;
      attempt(c, [&] { take_letter(c, letter); });
    }
}

// The connection may be gone then.
void Worker::take_letter(Connection& c, Mailbox::Letter& letter) {
  const bool first = !c.streaming;
  const bool last = letter.status != Handler::deferred;
  if (first) {
    metrics_.count(c.asked->method, last ? letter.status : 200);
    metrics_.observe(now_ - c.since, 1);
  }
  c.streaming = !last;
  if (!last) c.closing = true;
  else {
    forget(c);
    c.asked.reset();
    c.backlog = !c.in.empty();
  }
  if (c.phase == &sending_) { // it has not taken all of what came before
    c.out += letter.bytes;
    if (is_within_budget(c)) return;
    metrics_.count(Limit::buffer_bytes);
    return close(c);
  }
  if (!flush(c, letter.bytes)) return;
  c.since = now_;
  if (c.streaming) return settle(c);
  answer_buffered(c);
}

// Whoever was to answer has not: the client is told to try again.
void Worker::give_up(Connection& c) {
  forget(c);
  turn_away(c, 503, Limit::answer_timeout);
}

// Streams have no end of their own; their clients come back, and find the next instance.
void Worker::end_streams() {
  while (!streaming_.members.empty()) close(streaming_.members.front());
}

} // namespace greeter
