// One event loop: takes clients from its listener, reads requests, asks the handler, sends responses, watches the time.
#pragma once
#include "http/connection.hpp"
#include "http/engine.hpp"

#include <array>
#include <string>
#include <string_view>

namespace greeter {

// Belongs to one thread.
class Worker {
public:
  Worker(EngineState& engine, Fd listener, Handler& handler, WorkerMetrics& metrics);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Returns after a drain, when the last connection is gone.
  void run();

private:
  void accept_all();
  void admit(Fd client, std::string peer);
  void pause_accepting();
  void receive(Connection& c);
  std::string_view answer(Connection& c, std::string_view in);
  void answer_buffered(Connection& c);
  void respond(Connection& c);
  bool flush(Connection& c, std::string& data);
  void go_on_sending(Connection& c);
  void enter(Connection& c, Phase& next);
  void close(Connection& c);

  void start_draining();
  void expire();
  void time_out(Connection& c);
  int milliseconds_to_wait() const;
  bool empty() const;
  void watch(int operation, int fd, std::uint32_t events, void* tag);

  EngineState& engine_;
  Handler& handler_;
  WorkerMetrics& metrics_;
  Fd listener_;
  Fd epoll_;

  Phase receiving_; // for the rest of a request
  Phase idle_;      // for the first byte of a request
  Phase sending_;   // for the client to take a response
  Phase lingering_; // for the client to close, so that it gets to read the last response
  std::array<Phase*, 4> phases_{&receiving_, &idle_, &sending_, &lingering_};

  Clock::time_point now_ = Clock::now();
  Clock::time_point accept_again_ = Clock::time_point::max(); // when out of descriptors
  Clock::time_point cut_off_ = Clock::time_point::max();      // when draining
  bool draining_ = false;
  std::string out_;            // responses to the requests being answered
  std::uint64_t answered_ = 0; // how many they are
  std::array<char, 32'768> buffer_;
};

} // namespace greeter
