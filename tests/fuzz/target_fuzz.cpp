// From a request's target and Host field to the customer who is greeted. The input is the target, a line end, the host.
#include "check.hpp"

#include "greeting/greeter.hpp"
#include "http/framing.hpp"

#include <algorithm>
#include <optional>

namespace {

using namespace greeter;
using namespace greeter::fuzz;

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

const std::vector<Customer>& customers() {
  static const std::vector<Customer> all{
      {"a", "A", "Hi!", {"a.example.com"}},
      {"b", "B", "Dear Sir or Madam!", {"b.example.com", "a.b.example.com", "example.com", "localhost"}},
      {"customer-c", "C", "Moin!", {"customer-c.parcellab.com", "hello.example.com", "80"}},
      {"d", "D", "not reached by host", {}}};
  return all;
}

// Who has the host, by looking at every one of them.
std::optional<std::size_t> owner_of(std::string_view host) {
  const auto name = lowered(host.substr(0, host.rfind(':')));
  std::optional<std::size_t> owner;
  for (std::size_t i = 0; i < customers().size(); ++i) {
    auto hosts = customers()[i].hosts;
    if (!hosts.empty()) hosts.push_back(customers()[i].id + ".localhost");
    for (const auto& own : hosts) {
      if (own != name) continue;
      require(!owner, "a host has one owner");
      owner = i;
    }
  }
  return owner;
}

bool is_all(std::string_view text, std::string_view more_than_letters) {
  for (const char c : text)
    if (letters.find(c) == std::string_view::npos && more_than_letters.find(c) == std::string_view::npos) return false;
  return true;
}

// What every server takes, so that strictness never becomes refusing everything.
bool must_be_taken(std::string_view target, std::string_view host) {
  return target.starts_with('/') && is_all(target, "/-._~") && !host.empty() && is_all(host, "-.") &&
         target.size() + host.size() < 4'000;
}

void check_escapes(std::string_view path) {
  const auto is_hex = [&](std::size_t i) {
    return i < path.size() && std::string_view("0123456789abcdefABCDEF").find(path[i]) != std::string_view::npos;
  };
  for (std::size_t i = 0; i < path.size(); ++i)
    require(path[i] != '%' || (is_hex(i + 1) && is_hex(i + 2)), "an escape in an accepted path has two hex digits");
}

void check_target(const Frame& frame, std::string_view sent) {
  const auto target = std::string(frame.path) + std::string(frame.query);
  if (target == "*") return require(frame.method == "OPTIONS" && sent == "*", "* is a target of OPTIONS alone");
  require(frame.path.starts_with('/') && frame.path.find('?') == std::string_view::npos,
          "an accepted target starts with /");
  for (const char c : target) require(c > ' ' && c <= '~' && c != '#', "an accepted target is visible ASCII");
  check_escapes(frame.path);
  if (sent.starts_with('/')) return require(target == sent, "a target in origin-form stays as it is");
  const auto scheme = lowered(sent.substr(0, sent.find(':')));
  require(scheme == "http" || scheme == "https", "a target in absolute-form is one of HTTP");
  const auto rest = sent.substr(scheme.size());
  const auto host = "://" + std::string(frame.host);
  require(rest == host + target || (frame.path == "/" && rest == host + std::string(frame.query)),
          "a target in absolute-form is its host, its path and its query");
}

void check_host(const Frame& frame) {
  for (const char c : frame.host)
    require(c > ' ' && c <= '~' && std::string_view("@/\\?#\"<>").find(c) == std::string_view::npos,
            "an accepted host can be nothing else");
  if (const auto port = frame.host.find(':'); !frame.host.starts_with('[') && port != std::string_view::npos)
    require(frame.host.find_first_not_of("0123456789", port + 1) == std::string_view::npos, "a port is a number");
  static const Greeter by_host(customers(), "");
  static const Greeter only_c(customers(), "C");
  require(by_host.customer_at(frame.host) == owner_of(frame.host), "a host reaches its owner and nobody else");
  require(only_c.customer_at(frame.host) == std::size_t{2}, "the one customer is greeted whatever the host");
}

void check_request(std::string_view method, std::string_view target, std::string_view host) {
  const auto request =
      std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\nX: 1\r\n\r\n";
  const auto frame = next_frame(request, {});
  if (frame.error) return require(!must_be_taken(target, host), "a plain request is not refused");
  if (frame.size != request.size()) // the input held lines of its own, and they are framing's to judge
    return require(host.find('\r') != std::string_view::npos, "a complete request is read or refused");
  check_target(frame, target);
  check_host(frame);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view in(reinterpret_cast<const char*>(data), size);
  const auto line_end = std::min(in.find('\n'), in.size());
  const auto host = in.substr(std::min(line_end + 1, in.size()));
  for (const std::string_view method : {"GET", "OPTIONS"}) check_request(method, in.substr(0, line_end), host);
  return 0;
}
