// A greeting as JSON: what is read keeps every rule and reads back the same, what is refused is told in short lines. A
// form feed in the input, which no JSON may hold, parts a greeting from a merge patch.
#include "check.hpp"

#include "greeting/greeting_json.hpp"
#include "greeting/language.hpp"
#include "greeting/schedule.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace {

using namespace greeter;
using namespace greeter::fuzz;
using nlohmann::json;

void check_faults(const std::vector<FieldFault>& faults) {
  for (const auto& fault : faults) {
    require(!fault.field.empty() && !fault.rule.empty(), "a fault names a field and a rule");
    require(fault.field.size() <= 80 && fault.value.size() <= 80, "a fault is short");
    require(is_one_line(to_string(fault)) && is_plain_utf8(to_string(fault)), "a fault is one line of UTF-8");
  }
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) require(skip_utf8(text), "accepted text is UTF-8");
  return count;
}

void check_text(std::string_view text) {
  require(characters(text) <= 1000, "accepted text has its limit");
  for (const char c : text) require(c == '\n' || c == '\t' || !is_control(c), "accepted text moves no cursor");
}

void check_sound(const Greeting& g) {
  require(check(g).empty(), "an accepted greeting breaks no rule");
  check_text(g.text);
  check_text(g.description);
  require(g.text.find_first_not_of(" \t\r\n") != std::string::npos, "an accepted text is visible");
  require(!g.id.empty() && g.id.size() <= 63, "an accepted id is a label");
  for (const char c : g.id)
    require((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-', "an accepted id is a label");
  require(g.language.empty() || canonical_language(g.language) == g.language, "a language has one case");
  require(g.tags.size() <= 16 && std::set(g.tags.begin(), g.tags.end()).size() == g.tags.size(), "a tag is there once");
  require(std::is_sorted(g.tags.begin(), g.tags.end()), "tags are sorted");
  require(!g.starts_at || !g.ends_at || *g.starts_at < *g.ends_at, "an accepted greeting ends after it starts");
}

void check_round_trip(const Greeting& g) {
  const auto text = to_json(g).dump(); // throws, and so ends the program, where a text is no UTF-8
  for (const auto& id : {std::string(), g.id}) {
    const auto back = read_greeting(json::parse(text), id);
    require(back.faults.empty() && back.greeting == g, "what was written reads back the same");
  }
  const auto same = patch_greeting(g, json::object());
  require(same.faults.empty() && same.greeting == g, "an empty patch changes nothing");
  const auto whole = patch_greeting(Greeting{.id = g.id}, json::parse(text));
  require(whole.faults.empty() && whole.greeting == g, "a patch of every member is the whole");
}

void check_schedule(const Greeting& g, std::string_view languages) {
  const GreetingPtr greetings[] = {std::make_shared<const Greeting>(g)};
  auto time = g.starts_at.value_or(Timestamp{}) - std::chrono::milliseconds(1);
  for (int changes = 0;; ++changes) {
    require(changes <= 2, "a greeting starts and ends once");
    const auto due = due_at(time, greetings);
    const auto chosen = due.choose(languages);
    require(!chosen || chosen == due.any, "what is chosen is due");
    require(due.choose("") == due.any && due.choose("*") == due.any, "who takes any language gets one");
    const auto next = next_change(time, greetings);
    if (!next) break;
    require(*next > time, "time goes on");
    time = *next;
  }
}

void check_read(const GreetingRead& read, std::string_view languages) {
  check_faults(read.faults);
  if (!read.faults.empty()) return;
  check_sound(read.greeting);
  check_round_trip(read.greeting);
  check_schedule(read.greeting, languages);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parts = split({reinterpret_cast<const char*>(data), size}, "\f");
  if (const auto time = parse_time(parts[0]))
    require(parse_time(to_text(*time)) == time, "a time that was written reads back");
  const auto languages = accepted_languages(parts[0]);
  require(languages.size() <= 32, "a client has no more than 32 languages");
  for (const auto& language : languages) require(language == "*" || is_language_tag(language), "a range is a tag or *");
  const auto value = json::parse(parts[0], nullptr, false);
  if (value.is_discarded()) return 0;
  check_read(read_greeting(value, ""), parts.back());
  const auto read = read_greeting(value, "a");
  check_read(read, parts.back());
  if (parts.size() == 1 || !read.faults.empty()) return 0;
  const auto patch = json::parse(parts[1], nullptr, false);
  if (!patch.is_discarded()) check_read(patch_greeting(read.greeting, patch), "de");
  return 0;
}
