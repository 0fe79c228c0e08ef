#include "http/target.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace greeter {

namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

} // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  while (!text.empty()) {
    if (text[0] != '%') {
      decoded += text[0];
      text.remove_prefix(1);
      continue;
    }
    const int high = text.size() < 3 ? -1 : hex(text[1]), low = text.size() < 3 ? -1 : hex(text[2]);
    if (high < 0 || low < 0) return {};
    decoded += static_cast<char>(high * 16 + low);
    text.remove_prefix(3);
  }
  if (!is_utf8(decoded) || std::any_of(decoded.begin(), decoded.end(), is_control)) return {};
  return decoded;
}

std::optional<Parameters> query_parameters(std::string_view query) {
  Parameters parameters;
  if (query.starts_with('?')) query.remove_prefix(1);
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.empty()) continue;
    std::string spaced(pair);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    const auto equals = std::min(spaced.find('='), spaced.size());
    auto name = percent_decoded(std::string_view(spaced).substr(0, equals));
    auto value = percent_decoded(std::string_view(spaced).substr(std::min(equals + 1, spaced.size())));
    if (!name || !value) return {};
    parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return parameters;
}

} // namespace greeter
