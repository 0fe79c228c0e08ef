#include "greeting/schedule.hpp"

#include "base/text.hpp"
#include "greeting/language.hpp"

#include <algorithm>
#include <tuple>

namespace greeter {

namespace {

// Rule 4. No starts_at compares as less than any.
bool goes_before(const Greeting& a, const Greeting& b) {
  const bool a_has = !a.language.empty(), b_has = !b.language.empty();
  return std::tie(b.starts_at, a_has, a.id) < std::tie(a.starts_at, b_has, b.id);
}

const Due::Choice* find(const std::vector<Due::Choice>& choices, std::string_view language) {
  const auto found = std::lower_bound(choices.begin(), choices.end(), language,
                                      [](const Due::Choice& c, std::string_view l) { return c.language < l; });
  return found != choices.end() && found->language == language ? &*found : nullptr;
}

// RFC 4647, 3.4: without its last subtag, and without a single letter that would then be the last.
std::string_view shortened(std::string_view range) {
  const auto cut = [](std::string_view text) {
    const auto dash = text.rfind('-');
    return dash == std::string_view::npos ? std::string_view() : text.substr(0, dash);
  };
  const auto less = cut(range);
  const bool ends_single = less.size() > 1 && less[less.size() - 2] == '-';
  return ends_single ? cut(less) : less;
}

const Due::Choice* look_up(const std::vector<Due::Choice>& choices, std::string_view range) {
  for (; !range.empty(); range = shortened(range))
    if (const auto* choice = find(choices, range)) return choice;
  return nullptr;
}

} // namespace

bool is_due(const Greeting& g, Timestamp time) {
  return g.state == State::active && (!g.starts_at || *g.starts_at <= time) && (!g.ends_at || time < *g.ends_at);
}

GreetingPtr Due::choose(std::string_view accept_language) const {
  const bool one_for_all = choices.size() == 1 && choices[0].language.empty();
  if (!any || one_for_all || accept_language.empty()) return any;
  const auto wanted = accepted_languages(accept_language);
  if (wanted.empty()) return any; // it names none
  for (const auto& range : wanted) {
    if (range == "*") return any;
    if (const auto* choice = look_up(choices, range)) return choice->greeting;
  }
  return choices[0].language.empty() ? choices[0].greeting : nullptr;
}

Due due_at(Timestamp time, std::span<const GreetingPtr> greetings) {
  Due due;
  for (const auto& greeting : greetings) {
    if (!is_due(*greeting, time)) continue;
    due.choices.push_back({to_lower(greeting->language), greeting});
    if (!due.any || goes_before(*greeting, *due.any)) due.any = greeting;
  }
  std::sort(due.choices.begin(), due.choices.end(), [](const Due::Choice& a, const Due::Choice& b) {
    if (a.language != b.language) return a.language < b.language;
    return goes_before(*a.greeting, *b.greeting);
  });
  const auto same = [](const Due::Choice& a, const Due::Choice& b) { return a.language == b.language; };
  due.choices.erase(std::unique(due.choices.begin(), due.choices.end(), same), due.choices.end());
  return due;
}

std::optional<Timestamp> next_change(Timestamp time, std::span<const GreetingPtr> greetings) {
  std::optional<Timestamp> next;
  for (const auto& greeting : greetings) {
    if (greeting->state != State::active) continue;
    for (const auto& moment : {greeting->starts_at, greeting->ends_at})
      if (moment && *moment > time && (!next || *moment < *next)) next = moment;
  }
  return next;
}

} // namespace greeter
