#include "http/access_log.hpp"

#include "http/forwarded.hpp"

namespace greeter {

void AccessLog::record(const Exchange& exchange, std::string_view customer, int status, std::size_t bytes,
                       Clock::duration duration) {
  const auto& frame = exchange.frame;
  const auto client = client_of(exchange.peer, frame.headers, trusted_proxies_).text();
  log_.access("request", {{"method", frame.method},
                          {"path", frame.path},
                          {"status", static_cast<std::uint64_t>(status)},
                          {"duration_ms", std::chrono::duration<double, std::milli>(duration).count()},
                          {"bytes", std::uint64_t{bytes}},
                          {"customer", customer},
                          {"host", frame.host},
                          {"client", std::string_view(client)},
                          {"request_id", std::string_view(exchange.ids().request)},
                          {"trace_id", std::string_view(exchange.ids().trace)}});
}

void AccessLog::record_refusal(const Address& peer, const RequestIds& ids, int status) {
  const auto client = peer.text();
  log_.access("request refused", {{"status", static_cast<std::uint64_t>(status)},
                                  {"client", std::string_view(client)},
                                  {"request_id", std::string_view(ids.request)},
                                  {"trace_id", std::string_view(ids.trace)}});
}

} // namespace greeter
