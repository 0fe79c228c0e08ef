#include "greeting/greeting_json.hpp"

#include "unit/greeting/build.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace greeter;
using namespace greeter::test;
using namespace std::literals;
using nlohmann::json;

namespace {

std::string faults_of(const GreetingRead& read) {
  std::string all;
  for (const auto& fault : read.faults) all += to_string(fault) + "\n";
  return all;
}

GreetingRead read(std::string_view text, std::string_view id = "a") { return read_greeting(json::parse(text), id); }

Greeting full() {
  auto g = greeting("christmas", "de-AT", at(0), at(1500));
  g.text = "Frohe \"Weihnachten\"!\n👋";
  g.description = "for the season";
  g.tags = {"a", "b"};
  g.state = State::retired;
  return g;
}

} // namespace

TEST_CASE("a greeting as JSON has every member, in their order") {
  CHECK(to_json(greeting("a")).dump() ==
        R"({"id":"a","text":"Text of a","description":"","language":null,"tags":[],"state":"active","starts_at":null,)"
        R"("ends_at":null,"origin":"store","revision":0,"created_at":null,"updated_at":null})");
  auto g = full();
  g.text = "Hi";
  g.origin = Origin::configuration;
  g.revision = UINT64_MAX;
  g.created_at = g.updated_at = at(0);
  CHECK(to_json(g).dump() ==
        R"({"id":"christmas","text":"Hi","description":"for the season","language":"de-AT","tags":["a","b"],)"
        R"("state":"retired","starts_at":"2026-12-24T18:00:00Z","ends_at":"2026-12-24T18:00:01.500Z",)"
        R"("origin":"configuration","revision":18446744073709551615,"created_at":"2026-12-24T18:00:00Z",)"
        R"("updated_at":"2026-12-24T18:00:00Z"})");
}

TEST_CASE("what was written reads back") {
  for (const auto& g : {greeting("a"), full()})
    for (const auto& id : {std::string(), g.id}) {
      const auto back = read_greeting(to_json(g), id);
      CHECK(faults_of(back) == "");
      CHECK(back.greeting == g);
    }
}

TEST_CASE("only text is required, and null is what is not there") {
  for (const auto text : {R"({"text":"Text of a"})",
                          R"({"text":"Text of a","id":null,"description":null,"language":null,"tags":null,"state":null,
                              "starts_at":null,"ends_at":null,"origin":null})"}) {
    const auto a = read(text);
    CHECK(faults_of(a) == "");
    CHECK(a.greeting == greeting("a"));
  }
  CHECK(read(R"({"text":"Text of a","language":""})").greeting == greeting("a"));
}

TEST_CASE("what only the system says is ignored, whatever it is") {
  const auto a = read(R"({"text":"Text of a","origin":7,"revision":"x","created_at":[1],"updated_at":{"a":1e300}})");
  CHECK(faults_of(a) == "");
  CHECK(a.greeting == greeting("a"));
}

TEST_CASE("language and tags come out in their one form, times in UTC") {
  const auto a =
      read(R"({"text":"x","language":"ZH-hant-tw","tags":["b","a","b"],"starts_at":"2026-12-24T19:00:00+01:00"})");
  CHECK(faults_of(a) == "");
  CHECK(a.greeting.language == "zh-Hant-TW");
  CHECK(a.greeting.tags == std::vector<std::string>{"a", "b"});
  CHECK(a.greeting.starts_at == at(0));
}

TEST_CASE("the id is in the member, or given, or the same in both") {
  CHECK(read(R"({"id":"b","text":"x"})", "").greeting.id == "b");
  CHECK(read(R"({"id":"b","text":"x"})", "b").faults.empty());
  CHECK(faults_of(read(R"({"id":"b","text":"x"})", "a")) == "id is \"b\": use \"a\", or leave it out\n");
  CHECK(faults_of(read(R"({"text":"x"})", "")) == "id is missing: name the greeting with 1 to 63 of a-z, 0-9 and -\n");
  CHECK(faults_of(read(R"({"id":null,"text":"x"})", "")).starts_with("id is missing"));
  CHECK(faults_of(read(R"({"id":"","text":"x"})", "")).starts_with("id is \"\": use 1 to 63"));
  CHECK(faults_of(read(R"({"id":7,"text":"x"})", "")) == "id is 7: use text\n");
  CHECK(faults_of(read(R"({"text":"x"})", "import")).starts_with("id is \"import\": use another"));
}

TEST_CASE("what is no greeting is refused, field by field") {
  const std::pair<const char*, const char*> cases[] = {
      {"null", "greeting is null: use a JSON object\n"},
      {"[1,{\"a\":null}]", "greeting is [1,{\"a\":null}]: use a JSON object\n"},
      {"\"text\"", "greeting is \"text\": use a JSON object\n"},
      {"{}", "text is missing: use 1 to 1000 characters\n"},
      {R"({"text":null})", "text is null: use 1 to 1000 characters\n"},
      {R"({"text":""})", "text is \"\": use 1 to 1000 characters, one of them visible\n"},
      {R"({"text":42})", "text is 42: use text\n"},
      {R"({"text":["x"]})", "text is [\"x\"]: use text\n"},
      {R"({"text":{"a":{"b":[]}}})", "text is {\"a\":{\"b\":[]}}: use text\n"},
      {R"({"text":"a\u0000b"})", "text is \"a\\u0000b\": use no control characters but line feed and tab\n"},
      {R"({"text":"x","description":false})", "description is false: use text\n"},
      {R"({"text":"x","language":false})", "language is false: use text\n"},
      {R"({"text":"x","language":"de_AT"})",
       "language is \"de_AT\": use a language tag like \"de\" or \"de-AT\", or leave it out\n"},
      {R"({"text":"x","tags":"a"})", "tags is \"a\": use a list of texts\n"},
      {R"({"text":"x","tags":{"0":"a"}})", "tags is {\"0\":\"a\"}: use a list of texts\n"},
      {R"({"text":"x","tags":["z",null,"Z",["a"]]})", "tags[1] is null: use text\ntags[3] is [\"a\"]: use text\n"
                                                      "tags[2] is \"Z\": use 1 to 63 of a-z, 0-9, '.', '_' and '-'\n"},
      {R"({"text":"x","state":"Active"})", "state is \"Active\": use one of draft, active, retired\n"},
      {R"({"text":"x","state":1})", "state is 1: use one of draft, active, retired\n"},
      {R"({"text":"x","state":""})", "state is \"\": use one of draft, active, retired\n"},
      {R"({"text":"x","starts_at":1798156800})",
       "starts_at is 1798156800: use a time like \"2026-12-24T00:00:00+01:00\" (RFC 3339), or leave it out\n"},
      {R"({"text":"x","ends_at":""})",
       "ends_at is \"\": use a time like \"2026-12-24T00:00:00+01:00\" (RFC 3339), or leave it out\n"},
      {R"({"text":"x","starts_at":"2026-12-24T00:00:00Z","ends_at":"2026-12-24T00:00:00+00:00"})",
       "ends_at is \"2026-12-24T00:00:00Z\": use a time after starts_at, 2026-12-24T00:00:00Z\n"},
      {R"({"text":"x","start_at":1})", "start_at is 1: did you mean starts_at?\n"},
      {R"({"text":"x","Text":"y"})", "Text is \"y\": did you mean text?\n"},
      {R"({"text":"x","colour":"red"})", "colour is \"red\": leave it out: a greeting has id, text, description, "
                                         "language, tags, state, starts_at, ends_at\n"},
      {R"({"text":"x","a\n\u001bb":1})",
       "\"a\\n\\u001bb\" is 1: leave it out: a greeting has id, text, description, language, tags, state, starts_at, "
       "ends_at\n"},
      {R"({"text":"x","":1})",
       "\"\" is 1: leave it out: a greeting has id, text, description, language, tags, state, starts_at, ends_at\n"},
  };
  for (const auto& [text, faults] : cases) {
    CAPTURE(text);
    CHECK(faults_of(read(text)) == faults);
  }
}

TEST_CASE("a fault's value is short, in one line and in UTF-8, whatever was there") {
  json wide = json::array();
  for (int i = 0; i < 30'000; ++i) wide.push_back({{"key", i}});
  const json values[] = {wide,
                         std::string(100'000, 'x'),
                         std::string(100'000, '\n'),
                         "\xff\xfe\r\n",
                         1e308,
                         -0.0,
                         std::numeric_limits<double>::quiet_NaN(),
                         UINT64_MAX,
                         json::binary({1, 2})};
  for (const auto& value : values) {
    auto greeting = json::object();
    for (const auto name : {"text", "description", "language", "tags", "state", "starts_at", "unheard"})
      greeting[name] = value;
    greeting[std::string(100'000, 'k')] = value;
    greeting["\xff\n"] = value;
    for (const auto& got :
         {read_greeting(greeting, "a"), patch_greeting(full(), greeting), read_greeting(value, "a")}) {
      CHECK_FALSE(got.faults.empty());
      for (const auto& fault : got.faults) {
        CHECK(fault.value.size() <= 80);
        CHECK(fault.field.size() <= 80);
        CHECK(json(to_string(fault)).dump().size() > 0); // throws where it is no UTF-8
        CHECK(to_string(fault).find('\n') == std::string::npos);
      }
    }
  }
}

TEST_CASE("nesting however deep exhausts no stack") {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  for (const auto name : {"text", "tags", "origin", "unheard"}) {
    const auto value = json::parse("{\"" + std::string(name) + "\":" + deep + "}");
    CHECK_FALSE(read_greeting(value, "a").faults.empty());
    CHECK(patch_greeting(full(), value).faults.empty() == (name == "origin"sv));
  }
}

TEST_CASE("text that is no UTF-8 is refused, however it came into the JSON") {
  const auto got =
      read_greeting({{"text", "a\xff"}, {"tags", {"\xff"}}, {"state", "\xff"}, {"starts_at", "\xff"}}, "a");
  CHECK(got.faults.size() == 4);
  CHECK(faults_of(got).find("text is \"a\xef\xbf\xbd\": use UTF-8\n") != std::string::npos);
}

TEST_CASE("a merge patch sets, replaces and removes, as RFC 7396 has it") {
  const auto patched = [](std::string_view patch) { return patch_greeting(full(), json::parse(patch)); };
  const auto expect = [&](std::string_view patch, auto change) {
    auto g = full();
    change(g);
    CAPTURE(patch);
    CHECK(faults_of(patched(patch)) == "");
    CHECK(patched(patch).greeting == g);
  };
  expect("{}", [](Greeting&) {});
  expect(R"({"text":"Hi"})", [](Greeting& g) { g.text = "Hi"; });
  expect(R"({"description":null})", [](Greeting& g) { g.description = ""; });
  expect(R"({"language":null,"starts_at":null})", [](Greeting& g) { g.language = "", g.starts_at = {}; });
  expect(R"({"state":null})", [](Greeting& g) { g.state = State::active; });
  expect(R"({"tags":["z"]})", [](Greeting& g) { g.tags = {"z"}; }); // a list is replaced as a whole
  expect(R"({"tags":null})", [](Greeting& g) { g.tags = {}; });
  expect(R"({"nobody":null})", [](Greeting&) {}); // removes what is not there
  expect(R"({"id":"christmas"})", [](Greeting&) {});
  expect(R"({"id":null})", [](Greeting&) {});
  expect(R"({"revision":9,"origin":"configuration","created_at":null})", [](Greeting&) {});

  const std::pair<const char*, const char*> refused[] = {
      {R"(["c"])", "greeting is [\"c\"]: use a JSON object\n"},
      {"null", "greeting is null: use a JSON object\n"},
      {"\"bar\"", "greeting is \"bar\": use a JSON object\n"},
      {R"({"text":null})", "text is missing: use 1 to 1000 characters\n"},
      {R"({"text":{"a":null}})", "text is {\"a\":null}: use text\n"},
      {R"({"tags":{"0":"a"}})", "tags is {\"0\":\"a\"}: use a list of texts\n"},
      {R"({"id":"other"})", "id is \"other\": use \"christmas\", or leave it out\n"},
      {R"({"txt":"Hi"})", "txt is \"Hi\": did you mean text?\n"},
      {R"({"starts_at":"2027-01-01T00:00:00Z"})",
       "ends_at is \"2026-12-24T18:00:01.500Z\": use a time after starts_at, 2027-01-01T00:00:00Z\n"},
  };
  for (const auto& [patch, faults] : refused) {
    CAPTURE(patch);
    CHECK(faults_of(patched(patch)) == faults);
  }
}

TEST_CASE("a patched greeting keeps what the system says of it") {
  auto g = full();
  g.origin = Origin::configuration;
  g.revision = 7;
  g.created_at = at(1);
  g.updated_at = at(2);
  const auto patched = patch_greeting(g, {{"revision", 9}, {"updated_at", nullptr}});
  CHECK(faults_of(patched) == "");
  CHECK(patched.greeting == g);
}
