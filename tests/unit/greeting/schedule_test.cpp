#include "greeting/schedule.hpp"

#include "unit/greeting/build.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace greeter;
using namespace greeter::test;

namespace {

// The id of what a client gets; "own": the customer's own text.
std::string chosen(const std::vector<GreetingPtr>& greetings, Timestamp time, std::string_view languages = "") {
  const auto greeting = due_at(time, greetings).choose(languages);
  return greeting ? greeting->id : "own";
}

Greeting in_state(Greeting g, State state) {
  g.state = state;
  return g;
}

} // namespace

TEST_CASE("a greeting is due from its start to just before its end, whichever way the clock steps") {
  const auto greetings = table({greeting("window", "", at(0), at(1000))});
  const std::pair<long, const char*> steps[] = {
      {-1, "own"},     {0, "window"},   {1, "window"}, {999, "window"}, {1000, "own"},
      {1001, "own"},   {999, "window"}, {-1, "own"},   {0, "window"},   {1'000'000'000'000, "own"},
      {500, "window"},
  };
  for (const auto& [ms, id] : steps) {
    CAPTURE(ms);
    CHECK(chosen(greetings, at(ms)) == id);
  }
}

TEST_CASE("a window may be open at either side") {
  CHECK(chosen(table({greeting("a")}), at(0)) == "a");
  CHECK(chosen(table({greeting("a", "", {}, at(0))}), at(-1)) == "a");
  CHECK(chosen(table({greeting("a", "", {}, at(0))}), at(0)) == "own");
  CHECK(chosen(table({greeting("a", "", at(0))}), at(-1)) == "own");
  CHECK(chosen(table({greeting("a", "", at(0))}), at(0)) == "a");
}

TEST_CASE("only active greetings are due") {
  for (const auto state : {State::draft, State::retired}) {
    const auto greetings = table({in_state(greeting("a", "", {}, at(9)), state)});
    CHECK(chosen(greetings, at(0)) == "own");
    CHECK_FALSE(next_change(at(0), greetings));
  }
  CHECK(chosen({}, at(0)) == "own");
}

TEST_CASE("of several, the latest start wins, then no language, then the smallest id") {
  const std::pair<std::vector<Greeting>, const char*> cases[] = {
      {{greeting("a"), greeting("b", "", at(-9))}, "b"},
      {{greeting("a", "", at(-2)), greeting("b", "", at(-1)), greeting("c", "", at(-3))}, "b"},
      {{greeting("a", "", at(-1)), greeting("b", "", at(1))}, "a"},
      {{greeting("b"), greeting("a"), greeting("c")}, "a"},
      {{greeting("b", "", at(-1)), greeting("a", "", at(-1))}, "a"},
      {{greeting("a", "de"), greeting("b")}, "b"},
      {{greeting("a", "de", at(-1)), greeting("b")}, "a"},
      {{greeting("b", "de"), greeting("a", "en")}, "a"},
  };
  for (auto [greetings, id] : cases) {
    CHECK(chosen(table(greetings), at(0)) == id);
    std::reverse(greetings.begin(), greetings.end());
    CHECK(chosen(table(greetings), at(0)) == id);
  }
}

TEST_CASE("a client's languages are looked up as RFC 4647, 3.4 has it") {
  const auto german = table({greeting("de", "de"), greeting("de-ch", "de-CH"), greeting("en", "en", at(-1))});
  const auto with_plain = table({greeting("de", "de"), greeting("plain"), greeting("en", "en", at(-1))});
  const auto chinese = table({greeting("zh", "zh"), greeting("zh-hant", "zh-Hant"), greeting("x", "zh-Hant-CN-x-one")});
  struct {
    const std::vector<GreetingPtr>& greetings;
    const char* languages;
    const char* id;
  } const cases[] = {
      {german, "", "en"},                       // names none: the latest start
      {german, "de", "de"},                     //
      {german, "DE-ch", "de-ch"},               //
      {german, "de-AT", "de"},                  // never de-CH
      {german, "de-CH-1996", "de-ch"},          //
      {german, "fr, de;q=0.1", "de"},           //
      {german, "de;q=0.1, en;q=0.2", "en"},     //
      {german, "de-AT, en", "de"},              // a parent of the first before the second
      {german, "fr", "own"},                    // nothing without a language
      {german, "fr, *;q=0.1", "en"},            //
      {german, "*, de", "en"},                  //
      {german, "de;q=0", "en"},                 // names none that it wants
      {german, "!!", "en"},                     //
      {german, "deu", "own"},                   // no prefix of letters
      {with_plain, "", "en"},                   //
      {with_plain, "fr", "plain"},              //
      {with_plain, "fr-FR, it", "plain"},       //
      {with_plain, "de-AT", "de"},              //
      {with_plain, "fr, *", "en"},              //
      {chinese, "zh-Hant-CN", "zh-hant"},       //
      {chinese, "zh-Hant-CN-x-one-two", "x"},   // the RFC's example
      {chinese, "zh-Hant-CN-x-two", "zh-hant"}, // "x" goes with what it led
      {chinese, "zh-Hans", "zh"},               //
  };
  for (const auto& [greetings, languages, id] : cases) {
    CAPTURE(languages);
    CHECK(chosen(greetings, at(0), languages) == id);
  }
}

TEST_CASE("there is one choice for each language, in their order") {
  const auto due = due_at(at(0), table({greeting("b", "en"), greeting("a", "EN"), greeting("d", "de-AT", at(-1)),
                                        greeting("c", "de-at"), greeting("gone", "fr", {}, at(0)), greeting("z")}));
  std::string seen;
  for (const auto& choice : due.choices) seen += choice.language + "=" + choice.greeting->id + " ";
  CHECK(seen == "=z de-at=d en=a ");
  CHECK(due.any->id == "d");
}

TEST_CASE("the next change is the first start or end that is yet to come") {
  const auto greetings =
      table({greeting("a", "", at(0), at(1000)), greeting("b", "", at(500)), greeting("c", "", {}, at(2000)),
             in_state(greeting("draft", "", at(1), at(2)), State::draft), greeting("always")});
  const std::pair<long, long> cases[] = {{-5, 0},     {-1, 0},     {0, 500},    {499, 500},
                                         {500, 1000}, {999, 1000}, {1000, 2000}};
  for (const auto& [ms, next] : cases) {
    CAPTURE(ms);
    CHECK(next_change(at(ms), greetings) == at(next));
  }
  CHECK_FALSE(next_change(at(2000), greetings));
  CHECK_FALSE(next_change(at(0), table({greeting("always")})));
}

TEST_CASE("nothing changes between one change and the next") {
  const auto greetings = table({greeting("a", "", at(3), at(11)), greeting("b", "de", at(5), at(7)),
                                greeting("c", "", at(6), at(9)), greeting("d", "", {}, at(2))});
  for (long from = 0; from < 12; ++from)
    for (long ms = from; next_change(at(from), greetings).value_or(at(12)) > at(ms) && ms < 12; ++ms)
      CHECK(chosen(greetings, at(ms)) == chosen(greetings, at(from)));
}
