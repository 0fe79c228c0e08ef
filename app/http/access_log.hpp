// One log line for each request, where the operator asked for them.
#pragma once
#include "base/log.hpp"
#include "http/connection.hpp"
#include "http/handler.hpp"

#include <span>
#include <string_view>

namespace greeter {

// Belongs to one thread. Whatever a client sends, it can't break a line: see Log.
class AccessLog {
public:
  // Both outlive it.
  AccessLog(Log& log, std::span<const Network> trusted_proxies) : log_(log), trusted_proxies_(trusted_proxies) {}

  bool enabled() const { return log_.logs_access(); }
  // The client is whom trusted proxies say it is, see client_of().
  void record(const Exchange& exchange, std::string_view customer, int status, std::size_t bytes,
              Clock::duration duration);
  // A request of which nothing is known but whose connection it came by.
  void record_refusal(const Address& peer, const RequestIds& ids, int status);

private:
  Log& log_;
  std::span<const Network> trusted_proxies_;
};

} // namespace greeter
