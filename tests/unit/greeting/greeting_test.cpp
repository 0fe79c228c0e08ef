#include "greeting/greeting.hpp"

#include "unit/greeting/build.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace greeter;
using namespace greeter::test;
using namespace std::literals;

namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

std::string faults_of(const Greeting& g) {
  std::string all;
  for (const auto& fault : check(g)) all += to_string(fault) + "\n";
  return all;
}

// A sound greeting with one thing changed.
template <class Change> Greeting with(Change change) {
  auto g = greeting("christmas", "de", at(0), at(1));
  change(g);
  return g;
}

} // namespace

TEST_CASE("a sound greeting breaks no rule, up to every limit") {
  CHECK(faults_of(greeting("a")) == "");
  CHECK(faults_of(with([](Greeting& g) { g.id = std::string(63, 'a'); })) == "");
  CHECK(faults_of(with([](Greeting& g) { g.id = "0-9"; })) == "");
  for (const auto& text : {"x"s, "Grüß\tGott,\nWelt!"s, repeated("👋", 1000), repeated("e\u0301", 500), " \u00a0"s}) {
    CAPTURE(text);
    CHECK(faults_of(with([&](Greeting& g) { g.text = g.description = text; })) == "");
  }
  CHECK(faults_of(with([](Greeting& g) { g.description = ""; })) == "");
  CHECK(faults_of(with([](Greeting& g) { g.description = " \n"; })) == "");
  CHECK(faults_of(with([](Greeting& g) { g.tags = {std::string(63, 't'), "0", ".", "_", "-", "a.b_c-d"}; })) == "");
  CHECK(faults_of(with([](Greeting& g) { g.tags = std::vector<std::string>(16, "t"); })) == "");
  CHECK(faults_of(with([](Greeting& g) { g.language = "zh-Hant-TW"; })) == "");
}

TEST_CASE("an id is a DNS label and no path of the API") {
  for (const auto& id : {""s, "A"s, "a_b"s, "a.b"s, "-a"s, "a-"s, "ä"s, "a b"s, "a/b"s, "a\0"s, std::string(64, 'a')})
    CHECK(faults_of(with([&](Greeting& g) { g.id = id; })).find(": use 1 to 63 of a-z, 0-9 and -") !=
          std::string::npos);
  for (const auto id : {"import", "export", "events", "preview", "timeline"})
    CHECK(faults_of(with([&](Greeting& g) { g.id = id; })) ==
          "id is \""s + id + "\": use another: import, export, events, preview, timeline are paths of the API\n");
}

TEST_CASE("text is visible, short UTF-8 without control characters; a description may be blank") {
  constexpr auto rule = ": use 1 to 1000 characters, one of them visible\n";
  CHECK(faults_of(with([](Greeting& g) { g.text = ""; })) == "text is \"\""s + rule);
  CHECK(faults_of(with([](Greeting& g) { g.text = " \t\n"; })) == "text is \" \\t\\n\""s + rule);
  for (const auto& text : {std::string(1001, 'x'), repeated("ü", 1001), std::string(1'000'000, 'x')})
    CHECK(faults_of(with([&](Greeting& g) { g.text = text; })).ends_with("..."s + rule));
  CHECK(faults_of(with([](Greeting& g) {
          g.description = std::string(1001, 'x');
        })).ends_with("...: use at most 1000 characters\n"));
  for (const auto& text : {"a\0b"s, "a\rb"s, "\x1b[2J"s, "a\x7f"s, "a\u0085"s, "a\u009b2J"s, "a\x1f"s}) {
    const auto g = with([&](Greeting& sound) { sound.text = sound.description = text; });
    CHECK(check(g).size() == 2);
    for (const auto& fault : check(g)) CHECK(fault.rule == "use no control characters but line feed and tab");
  }
  for (const auto& text : {"\xff"s, "a\xc3"s, "\xed\xa0\x80"s, "\xc0\xaf"s, repeated("x", 999) + "\xe2\x82"}) {
    const auto g = with([&](Greeting& sound) { sound.text = sound.description = text; });
    CHECK(check(g).size() == 2);
    for (const auto& fault : check(g)) CHECK(fault.rule == "use UTF-8");
  }
}

TEST_CASE("language and tags have their letters and their limits") {
  for (const auto& language : {"d"s, "de_AT"s, "*"s, "german language"s, "de\0"s, std::string(36, 'a')})
    CHECK(faults_of(with([&](Greeting& g) { g.language = language; })).starts_with("language is \""));
  for (const auto& tag : {""s, "A"s, "a b"s, "ä"s, "a,b"s, "a\0"s, std::string(64, 'a')}) {
    const auto faults = faults_of(with([&](Greeting& g) { g.tags = {"fine", tag, "fine"}; }));
    CHECK(faults.starts_with("tags[1] is \""));
    CHECK(faults.ends_with(": use 1 to 63 of a-z, 0-9, '.', '_' and '-'\n"));
  }
  CHECK(faults_of(with([](Greeting& g) {
          g.tags = std::vector<std::string>(17, "T");
        })).ends_with(": use at most 16 tags\n"));
}

TEST_CASE("a greeting ends after it starts") {
  CHECK(faults_of(with([](Greeting& g) { g.ends_at = g.starts_at; })) ==
        "ends_at is \"2026-12-24T18:00:00Z\": use a time after starts_at, 2026-12-24T18:00:00Z\n");
  CHECK(check(with([](Greeting& g) { g.ends_at = at(-1); })).size() == 1);
  CHECK(check(with([](Greeting& g) { g.starts_at = {}; })).empty());
  CHECK(check(with([](Greeting& g) { g.ends_at = {}; })).empty());
}

TEST_CASE("every broken rule is told, in the order of the fields") {
  std::string fields;
  for (const auto& fault : check(with([](Greeting& g) {
         g.id = g.text = g.language = "";
         g.language = "?";
         g.description = "\x01";
         g.tags = {"?", "ok", "!"};
         g.ends_at = at(-1);
       })))
    fields += fault.field + " ";
  CHECK(fields == "id text description language tags[0] tags[2] ends_at ");
}

TEST_CASE("a missing field is said to be missing") {
  CHECK(to_string(FieldFault{"text", "", "write one"}) == "text is missing: write one");
}

TEST_CASE("content is what people set") {
  const auto g = greeting("a", "de", at(0), at(1));
  auto same = g;
  same.origin = Origin::configuration;
  same.revision = 7;
  same.created_at = same.updated_at = at(2);
  CHECK(same_content(g, same));
  const std::function<void(Greeting&)> changes[] = {
      [](Greeting& o) { o.id = "b"; },          [](Greeting& o) { o.text += "!"; },
      [](Greeting& o) { o.description = "d"; }, [](Greeting& o) { o.language = ""; },
      [](Greeting& o) { o.tags = {"t"}; },      [](Greeting& o) { o.state = State::draft; },
      [](Greeting& o) { o.starts_at = {}; },    [](Greeting& o) { o.ends_at = at(3); },
  };
  for (const auto& change : changes) {
    auto other = g;
    change(other);
    CHECK_FALSE(same_content(g, other));
  }
}
