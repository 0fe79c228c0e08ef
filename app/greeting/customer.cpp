#include "greeting/customer.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace greeter {

namespace {

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

} // namespace

namespace customer_rules {

std::optional<BrokenRule> stem(std::string_view text, std::size_t most) {
  if (is_dns_label(text) && text.size() <= most) return {};
  return BrokenRule{"can't name a namespace and a host",
                    fmt::format("use 1 to {} of a-z, 0-9 and -, with no - at either end", most)};
}

std::optional<BrokenRule> greeting(std::string_view text) {
  if (!is_blank(text)) return {};
  return BrokenRule{"is blank", "write at least one visible character"};
}

std::optional<BrokenRule> name(std::string_view text) {
  if (auto blank = greeting(text)) return blank;
  if (!has_control(text)) return {};
  return BrokenRule{"holds a control character", "write it on one line"};
}

std::optional<BrokenRule> host(std::string_view text, std::string_view like) {
  if (is_dns_name(text)) return {};
  return BrokenRule{"is no lower-case DNS name", fmt::format("write one like {}", like)};
}

} // namespace customer_rules

} // namespace greeter
