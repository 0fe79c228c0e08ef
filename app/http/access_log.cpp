#include "http/access_log.hpp"

#include <algorithm>
#include <random>

#include <fmt/format.h>

namespace greeter {

namespace {

bool is_id_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("-._~:/+=").find(c) != std::string_view::npos;
}

bool is_request_id(std::string_view id) {
  return !id.empty() && id.size() <= 128 && std::all_of(id.begin(), id.end(), is_id_char);
}

std::uint64_t random_start() {
  std::random_device random;
  return std::uint64_t{random()} << 32U | random();
}

} // namespace

AccessLog::AccessLog(Log& log) : log_(log), next_id_(random_start()) {}

// The caller's own where it sent a sane one, so that its request can be followed; else a new one.
std::string AccessLog::request_id(std::string_view headers) {
  while (!headers.empty())
    if (const auto [name, value] = next_header(headers); iequals(name, "x-request-id") && is_request_id(value))
      return std::string(value);
  return fmt::format("{:016x}", next_id_++);
}

void AccessLog::record(const Exchange& exchange, std::string_view customer, int status, std::size_t bytes,
                       Clock::duration duration) {
  const auto& frame = exchange.frame;
  const auto id = request_id(frame.headers);
  const auto client = exchange.peer.text();
  log_.access("request", {{"method", frame.method},
                          {"path", frame.path},
                          {"status", static_cast<std::uint64_t>(status)},
                          {"duration_ms", std::chrono::duration<double, std::milli>(duration).count()},
                          {"bytes", std::uint64_t{bytes}},
                          {"customer", customer},
                          {"host", frame.host},
                          {"client", std::string_view(client)},
                          {"request_id", std::string_view(id)}});
}

void AccessLog::record_refusal(const Address& peer, int status) {
  const auto client = peer.text();
  log_.access("request refused",
              {{"status", static_cast<std::uint64_t>(status)}, {"client", std::string_view(client)}});
}

} // namespace greeter
