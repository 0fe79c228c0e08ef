#include "greeting/greeting.hpp"

#include "base/text.hpp"
#include "greeting/language.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <tuple>

namespace greeter {

namespace {

// Paths beside /greetings/{id}.
constexpr std::array<std::string_view, 5> reserved{"import", "export", "events", "preview", "timeline"};

auto content(const Greeting& g) {
  return std::tie(g.id, g.text, g.description, g.language, g.tags, g.state, g.starts_at, g.ends_at);
}

// Of UTF-8: every byte but those that go on with a character.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xc0U) != 0x80; }));
}

// Line feed and tab are welcome; U+0080 to U+009F move a terminal's cursor as those below U+0020 do.
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) return true;
    if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

// The rule that a text of so many characters breaks; empty: none.
std::string broken_by(std::string_view text, std::size_t most, bool may_be_blank) {
  if (!is_utf8(text)) return "use UTF-8";
  if (characters(text) > most || (!may_be_blank && is_blank(text)))
    return may_be_blank ? fmt::format("use at most {} characters", most)
                        : fmt::format("use 1 to {} characters, one of them visible", most);
  return has_control(text) ? "use no control characters but line feed and tab" : "";
}

class Faults {
public:
  void add(std::string field, const nlohmann::json& value, std::string rule) {
    if (!rule.empty()) found.push_back({std::move(field), excerpt(value), std::move(rule)});
  }

  std::vector<FieldFault> found;
};

std::string broken_by_id(std::string_view id) {
  if (!is_dns_label(id)) return "use 1 to 63 of a-z, 0-9 and -, with no - at either end";
  const bool taken = std::find(reserved.begin(), reserved.end(), id) != reserved.end();
  return taken ? fmt::format("use another: {} are paths of the API", fmt::join(reserved, ", ")) : "";
}

void check_tags(const std::vector<std::string>& tags, Faults& faults) {
  if (tags.size() > GreetingLimits::tags) // and the tags themselves are not looked at
    return faults.add("tags", tags, fmt::format("use at most {} tags", GreetingLimits::tags));
  for (std::size_t i = 0; i < tags.size(); ++i)
    if (!is_tag(tags[i]))
      faults.add(fmt::format("tags[{}]", i), tags[i],
                 fmt::format("use 1 to {} of a-z, 0-9, '.', '_' and '-'", GreetingLimits::tag));
}

} // namespace

bool same_content(const Greeting& a, const Greeting& b) { return content(a) == content(b); }

std::string to_string(const FieldFault& fault) {
  return fmt::format("{} is {}: {}", fault.field, fault.value.empty() ? "missing" : fault.value, fault.rule);
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= GreetingLimits::tag && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

std::vector<FieldFault> check(const Greeting& greeting) {
  Faults faults;
  faults.add("id", greeting.id, broken_by_id(greeting.id));
  faults.add("text", greeting.text, broken_by(greeting.text, GreetingLimits::text, false));
  faults.add("description", greeting.description, broken_by(greeting.description, GreetingLimits::description, true));
  if (!greeting.language.empty() && !is_language_tag(greeting.language))
    faults.add("language", greeting.language, "use a language tag like \"de\" or \"de-AT\", or leave it out");
  check_tags(greeting.tags, faults);
  if (greeting.starts_at && greeting.ends_at && *greeting.ends_at <= *greeting.starts_at)
    faults.add("ends_at", to_text(*greeting.ends_at),
               fmt::format("use a time after starts_at, {}", to_text(*greeting.starts_at)));
  return std::move(faults.found);
}

} // namespace greeter
