// One event loop: takes clients from its listener, reads requests, asks the handler, sends responses, watches the time.
#pragma once
#include "http/connection.hpp"
#include "http/date.hpp"
#include "http/engine.hpp"

#include <array>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <unordered_map>

namespace greeter {

// Belongs to one thread.
class Worker final : Deferral {
public:
  // `epoll` is an epoll set without members.
  Worker(EngineState& engine, Fd epoll, Fd listener, Handler& handler, WorkerMetrics& metrics);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Returns after a drain, when the last connection is gone.
  void run();

private:
  void accept_all();
  void admit(Fd client, const Address& peer);
  void pause_accepting();

  template <class Step> void attempt(Connection& c, const Step& step);
  void go_on(Connection& c);
  void receive(Connection& c);
  void answer_buffered(Connection& c);
  std::string_view answer(Connection& c, std::string_view in);
  void refuse(Connection& c, int status, Limit limit, const Asked& asked);
  void turn_away(Connection& c, int status, Limit limit);
  void respond(Connection& c);
  bool flush(Connection& c, std::string& data);
  void settle(Connection& c);
  bool is_within_budget(Connection& c);
  void enter(Connection& c, Phase& next);
  DeferredReply defer() override;
  void deliver();
  void take_letter(Connection& c, Mailbox::Letter& letter);
  void forget(Connection& c);
  void give_up(Connection& c);
  void end_streams();
  void close(Connection& c);
  void take_turns();

  void start_draining();
  void expire();
  void time_out(Connection& c);
  int milliseconds_to_wait() const;
  bool empty() const;
  bool watch(int operation, int fd, std::uint32_t events, void* tag);

  EngineState& engine_;
  Handler& handler_;
  WorkerMetrics& metrics_;
  Fd listener_;
  Fd epoll_;

  Phase idle_;      // for the first byte of a request
  Phase heads_;     // for the rest of a request's head
  Phase bodies_;    // for the rest of its body
  Phase sending_;   // for the client to take a response
  Phase waiting_;   // for other connections to have their turn
  Phase lingering_; // for the client to close, so that it gets to read the last response
  Phase awaiting_;  // for a response that is made elsewhere
  Phase streaming_; // for more of a response without end
  std::array<Phase*, 8> phases_{&idle_, &heads_, &bodies_, &sending_, &waiting_, &lingering_, &awaiting_, &streaming_};

  std::shared_ptr<Mailbox> mailbox_;
  std::unordered_map<std::uint64_t, Connection*> expecting_; // letters, by Connection::id
  std::uint64_t next_id_ = 1;
  Connection* asking_ = nullptr; // whose request the handler is answering

  DateClock dates_;
  Clock::time_point now_ = Clock::now();
  Clock::time_point accept_again_ = Clock::time_point::max(); // when out of descriptors
  Clock::time_point cut_off_ = Clock::time_point::max();      // when draining
  bool draining_ = false;
  std::string out_;          // responses to the requests being answered
  std::size_t answered_ = 0; // how many they are
  std::array<char, 32'768> buffer_;
};

// Out of memory, the connection that needed more of it ends, and its memory serves the others.
template <class Step> void Worker::attempt(Connection& c, const Step& step) {
  try {
    step();
  } catch (const std::bad_alloc&) {
    answered_ = 0;
    close(c);
  }
}

} // namespace greeter
