#include "greeting/language.hpp"

#include "base/text.hpp"
#include "greeting/greeting.hpp"

#include <algorithm>

namespace greeter {

namespace {

constexpr std::size_t most_ranges = 32;

bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What stands before the separator, which is taken off `rest` as well.
std::string_view take_until(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto head = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return head;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// A weight of RFC 9110, 12.4.2, in thousandths; -1: it is none.
int weight_of(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return -1;
  if (text.size() > 1 && text[1] != '.') return -1;
  int weight = (text[0] - '0') * 1000, unit = 100;
  for (std::size_t i = 2; i < text.size(); ++i, unit /= 10) {
    if (!is_digit(text[i])) return -1;
    weight += (text[i] - '0') * unit;
  }
  return weight <= 1000 ? weight : -1;
}

struct Range {
  std::string name;
  int weight; // 0 or less: not wanted, or not understood
};

Range read_range(std::string_view element) {
  const bool weighted = element.find(';') != std::string_view::npos;
  const auto name = trimmed(take_until(element, ';'));
  if (name != "*" && !is_language_tag(name)) return {{}, -1};
  if (!weighted) return {to_lower(name), 1000};
  const auto weight = trimmed(element);
  const bool is_q = weight.size() > 2 && to_lower(weight[0]) == 'q' && weight[1] == '=';
  return {to_lower(name), is_q ? weight_of(weight.substr(2)) : -1};
}

} // namespace

bool is_language_tag(std::string_view text) {
  if (text.empty() || text.size() > GreetingLimits::language || text.back() == '-') return false;
  const auto first = take_until(text, '-');
  if (first.size() < 2 || first.size() > 8 || !std::all_of(first.begin(), first.end(), is_letter)) return false;
  while (!text.empty()) {
    const auto subtag = take_until(text, '-');
    if (subtag.empty() || subtag.size() > 8) return false;
    if (!std::all_of(subtag.begin(), subtag.end(), [](char c) { return is_letter(c) || is_digit(c); })) return false;
  }
  return true;
}

std::string canonical_language(std::string_view tag) {
  auto canonical = to_lower(tag);
  const auto upper = [&](std::size_t at) { canonical[at] = static_cast<char>(canonical[at] - 'a' + 'A'); };
  for (std::size_t at = canonical.find('-'); at != std::string::npos;) {
    const auto begin = at + 1;
    at = canonical.find('-', begin);
    const auto subtag = std::string_view(canonical).substr(begin, at - begin);
    if (subtag.size() == 1) break; // an extension, or private: in lower case to the end
    if (!std::all_of(subtag.begin(), subtag.end(), is_letter)) continue;
    if (subtag.size() == 2 || subtag.size() == 4) upper(begin); // "AT", "Hant"
    if (subtag.size() == 2) upper(begin + 1);
  }
  return canonical;
}

std::vector<std::string> accepted_languages(std::string_view field) {
  std::vector<Range> ranges;
  for (std::size_t seen = 0; !field.empty() && seen < most_ranges;) {
    const auto element = trimmed(take_until(field, ','));
    if (element.empty()) continue; // RFC 9110, 5.6.1.2
    ++seen;
    if (auto range = read_range(element); range.weight > 0) ranges.push_back(std::move(range));
  }
  std::stable_sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.weight > b.weight; });
  std::vector<std::string> names;
  names.reserve(ranges.size());
  for (auto& range : ranges) names.push_back(std::move(range.name));
  return names;
}

} // namespace greeter
