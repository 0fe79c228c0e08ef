// One log line for each request, where the operator asked for them.
#pragma once
#include "base/log.hpp"
#include "http/connection.hpp"
#include "http/handler.hpp"

#include <string>
#include <string_view>

namespace greeter {

// Belongs to one worker. Whatever a client sends, it can't break a line: see Log.
class AccessLog {
public:
  explicit AccessLog(Log& log);

  bool enabled() const { return log_.logs_access(); }
  void record(const Exchange& exchange, std::string_view customer, int status, std::size_t bytes,
              Clock::duration duration);
  void record_refusal(const Address& peer, int status);

private:
  std::string request_id(std::string_view headers);

  Log& log_;
  std::uint64_t next_id_;
};

} // namespace greeter
