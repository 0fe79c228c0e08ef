#include "http/forwarded.hpp"

#include "base/text.hpp"
#include "http/framing.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace greeter {

namespace {

constexpr auto npos = std::string_view::npos;

using Nodes = std::vector<std::string_view>; // in the order of the way; the last proxy has added the last one

// "192.0.2.1", "2001:db8::1", and with a port "192.0.2.1:80" or "[2001:db8::1]:80". Not "unknown", nor a made-up name.
std::optional<Address> address_of(std::string_view node) {
  if (node.starts_with('[')) {
    const auto end = node.find(']');
    if (end == npos || (end + 1 < node.size() && node[end + 1] != ':')) return {};
    return Address::parse(node.substr(1, end - 1));
  }
  const auto colon = node.find(':');
  return Address::parse(colon == node.rfind(':') ? node.substr(0, colon) : node);
}

Nodes x_forwarded_for(std::string_view list) {
  Nodes nodes;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (const auto node = trim(list.substr(0, end)); !node.empty()) nodes.push_back(node);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return nodes;
}

// The value of a pair, which `text` begins with; takes it off. Nothing: a quote is not closed.
std::optional<std::string_view> take_value(std::string_view& text) {
  const bool quoted = text.starts_with('"');
  auto end = quoted ? std::size_t{1} : std::min(text.find_first_of(";, \t\""), text.size());
  while (quoted && end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  if (quoted && end >= text.size()) return {};
  const auto value = text.substr(quoted ? 1 : 0, end - (quoted ? 1 : 0));
  text.remove_prefix(end + (quoted ? 1 : 0));
  text = trim(text);
  return value;
}

// RFC 7239, 4. Whatever could be read in two ways is refused: where it is unclear what a quote ends, a client could
// hide what the proxy has added.
Nodes forwarded(std::string_view text) {
  Nodes nodes(1);
  text = trim(text);
  while (!text.empty()) {
    const auto name_end = text.find_first_of("=;,\"");
    const auto name = trim(text.substr(0, name_end));
    if (name_end != npos && text[name_end] == '=') {
      text.remove_prefix(name_end + 1);
      const auto value = take_value(text);
      if (!value) return {};
      if (iequals(name, "for")) nodes.back() = *value;
    } else if (name.empty() && name_end != npos) text.remove_prefix(name_end); // an empty pair
    else return {};
    if (text.empty()) break;
    if (text[0] != ';' && text[0] != ',') return {};
    if (text[0] == ',') nodes.emplace_back();
    text = trim(text.substr(1));
  }
  return nodes;
}

} // namespace

Address client_of(const Address& peer, std::string_view headers, std::span<const Network> trusted_proxies) {
  if (!contains(trusted_proxies, peer)) return peer;
  auto value = field(headers, "x-forwarded-for");
  const bool by_x = value.has_value();
  if (!by_x) value = field(headers, "forwarded");
  if (!value) return peer;
  auto nodes = by_x ? x_forwarded_for(*value) : forwarded(*value);
  auto client = peer;
  for (; !nodes.empty() && contains(trusted_proxies, client); nodes.pop_back()) {
    const auto address = address_of(nodes.back());
    if (!address) break;
    client = *address;
  }
  return client;
}

} // namespace greeter
