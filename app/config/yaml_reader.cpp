#include "config/yaml_reader.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace greeter {

namespace {

bool contains(std::span<const std::string_view> list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_number(std::string digits) {
  std::erase(digits, '_');
  std::string_view rest = digits;
  if (rest.starts_with('+') || rest.starts_with('-')) rest.remove_prefix(1);
  if (const auto word = to_lower(rest); word == ".inf" || word == ".nan") return true;
  if (rest.starts_with("0x") || rest.starts_with("0o") || rest.starts_with("0b"))
    return rest.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
  if (rest.empty() || (rest[0] != '.' && (rest[0] < '0' || rest[0] > '9'))) return false;
  double value{};
  const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  return error != std::errc::invalid_argument && stop == rest.data() + rest.size();
}

// What YAML 1.1, which Helm reads, makes of a scalar without quotes; empty: text.
std::string_view other_kind(const std::string& plain) {
  static constexpr std::array<std::string_view, 8> booleans{"true", "false", "yes", "no", "on", "off", "y", "n"};
  if (contains(booleans, to_lower(plain))) return "a boolean";
  if (is_number(plain)) return "a number";
  return {};
}

} // namespace

std::size_t line_of(const YAML::Node& node) { return static_cast<std::size_t>(std::max(node.Mark().line, 0)) + 1; }

std::size_t line_of_key(const YAML::Node& map, std::string_view key) {
  for (const auto& entry : map)
    if (entry.first.Scalar() == key) return line_of(entry.first);
  return line_of(map);
}

std::string quoted_if_odd(const std::string& text) {
  const auto quoted = in_quotes(text);
  return text.empty() || quoted.size() != text.size() + 2 ? quoted : text;
}

void YamlReader::check_keys(const YAML::Node& map, std::string_view path, std::span<const std::string_view> known) {
  std::set<std::string> seen;
  for (const auto& entry : map) {
    const auto key = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
    const auto shown = std::string(path) + quoted_if_odd(key);
    if (!seen.insert(key).second) fault(line_of(entry.first), fmt::format("{} is set twice; keep one", shown));
    if (contains(known, key)) continue;
    const auto meant = nearest(key, known);
    fault(line_of(entry.first), meant.empty()
                                    ? fmt::format("{} is no known key; known are {}", shown, fmt::join(known, ", "))
                                    : fmt::format("{} is no known key; did you mean {}{}?", shown, path, meant));
  }
}

std::optional<std::string> YamlReader::text(const YAML::Node& node, std::size_t line, std::string_view path) {
  const bool tagged_text = node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str";
  std::string_view kind;
  if (node.IsNull()) kind = "nothing";
  else if (node.IsMap()) kind = "a map";
  else if (node.IsSequence()) kind = "a list";
  else if (!tagged_text) kind = other_kind(node.Scalar());
  if (kind.empty()) return node.Scalar();
  fault(line, node.IsScalar()
                  ? fmt::format("{} is {}, not text; put it in quotes: \"{}\"", path, kind, node.Scalar())
                  : fmt::format("{} is {}, not text; write {}: \"...\"", path, kind, path.substr(path.rfind('.') + 1)));
  return {};
}

} // namespace greeter
