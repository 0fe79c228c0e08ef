#include "config/values_file.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace greeter;
using namespace std::literals;

namespace {

ValuesFile parsed(std::string_view text, const std::string& file = "values/customer-c.yaml") {
  return parse_values(text, file, "parcellab.com");
}

std::string faults_of(const ValuesFile& values) {
  std::string all;
  for (const auto& fault : values.faults) all += std::to_string(fault.line) + ": " + fault.message + "\n";
  return all;
}

} // namespace

TEST_CASE("a customer's file gives id, name, greeting and host") {
  const auto values = parsed("customer:\n  name: C\n  greeting: Moin!\n");
  CHECK(faults_of(values) == "");
  CHECK(values.customer == Customer{"customer-c", "C", "Moin!", {"customer-c.parcellab.com"}, {}});
}

TEST_CASE("text comes through unchanged, however YAML writes it") {
  const std::pair<const char*, std::string> cases[] = {
      {"Grüß Gott!", "Grüß Gott!"},
      {"\"Grüß \\\"Gott\\\" 👋🏽\\n\\u00e9\"", "Grüß \"Gott\" 👋🏽\né"},
      {"'it''s me'", "it's me"},
      {"|\n    two\n    lines\n", "two\nlines\n"},
      {"\n    on the next line", "on the next line"},
      {"\"123\"", "123"},
      {"'true'", "true"},
      {"!!str 42", "42"},
      {"1st of all", "1st of all"},
      {"infinity", "infinity"},
      {"nobody", "nobody"},
      {"2 + 2", "2 + 2"},
      {"{}", ""},
  };
  for (const auto& [written, text] : cases) {
    CAPTURE(written);
    const auto values = parsed("customer:\n  name: C\n  greeting: "s + written + "\n");
    if (text.empty()) {
      CHECK_FALSE(values.faults.empty());
      continue;
    }
    CHECK(faults_of(values) == "");
    CHECK(values.customer.greeting == text);
  }
}

TEST_CASE("what YAML reads as something else than text is refused, with the quotes it needs") {
  for (const std::string plain : {"yes",   "No",   "on",   "OFF", "y",   "N",    "true",  "FALSE", "42", "-1",
                                  "1_000", "0x1F", "0o17", "1.5", "1e3", ".inf", "-.INF", ".nan",  "+7", "1e999"}) {
    CAPTURE(plain);
    const auto faults = faults_of(parsed("customer:\n  name: C\n  greeting: " + plain + "\n"));
    CHECK(faults.starts_with("3: customer.greeting is a "));
    CHECK(faults.find("put it in quotes: \"" + plain + "\"") != std::string::npos);
  }
  for (const std::string nothing : {"", "~", "null"}) {
    CAPTURE(nothing);
    CHECK(faults_of(parsed("customer:\n  name: C\n  greeting: " + nothing + "\n"))
              .starts_with("3: customer.greeting is nothing"));
  }
}

TEST_CASE("every fault of a file is told, with its line") {
  const auto values =
      parsed("customer:\n  nmae: C\n  greeting: [Moin]\n  hosts: one.example.com\nreplcias: 3\ndomain: Not_A_Domain\n");
  const auto faults = faults_of(values);
  CAPTURE(faults);
  CHECK(values.faults.size() == 6);
  CHECK(faults.find("2: customer.nmae is no known key; did you mean customer.name?") != std::string::npos);
  CHECK(faults.find("customer.name is missing") != std::string::npos);
  CHECK(faults.find("3: customer.greeting is a list, not text") != std::string::npos);
  CHECK(faults.find("4: customer.hosts is no list") != std::string::npos);
  CHECK(faults.find("5: replcias is no known key; did you mean replicas?") != std::string::npos);
  CHECK(faults.find("6: domain \"Not_A_Domain\" is no lower-case DNS name") != std::string::npos);
}

TEST_CASE("a file that is no customer is refused where the fault stands") {
  const std::pair<std::string, const char*> cases[] = {
      {"", "1: holds no values"},
      {"- a\n", "1: holds no values"},
      {"image: {}\n", "1: customer is missing"},
      {"customer: C\n", "1: customer is no map"},
      {"customer:\n  name: C\n", "customer.greeting is missing"},
      {"customer:\n  name: C\n  greeting: \"  \\n \"\n", "3: customer.greeting is blank"},
      {"customer:\n  name: \"\"\n  greeting: Hi\n", "2: customer.name is blank"},
      {"customer:\n  name: \"a\\nb\"\n  greeting: Hi\n", "2: customer.name holds a control character"},
      {"customer:\n  name: C\n  name: D\n  greeting: Hi\n", "3: customer.name is set twice"},
      {"customer:\n  name: C\n  greeting: Hi\n---\ncustomer: {}\n", "holds more than one document"},
      {"customer:\n  name: C\n  greeting: \"Hi\n", "is not valid YAML: a text in quotes does not end"},
      {"customer:\n  name: C\n  greeting: 'Hi", "is not valid YAML: a text in quotes does not end"},
      {"customer:\n  name: C\n\tgreeting: Hi\n", "is not valid YAML"},
      {"customer:\n  name: C\n  greeting: Gr\xfc\xdf\n", "3: is not UTF-8"},
      {"customer:\n  name: C\n  greeting: a\x07z\n", "3: holds a control character"},
      {"customer:\n  name: C\n  greeting: Hi\n  hosts: [UPPER.example.com, ok.example.com]\n",
       "4: customer.hosts: \"UPPER.example.com\""},
  };
  for (const auto& [text, expected] : cases) {
    const auto faults = faults_of(parsed(text));
    CAPTURE(text);
    CAPTURE(faults);
    CHECK(faults.find(expected) != std::string::npos);
  }
}

TEST_CASE("the file's name has to be a DNS label") {
  constexpr auto good = "customer: {name: C, greeting: Hi}\n";
  CHECK(faults_of(parsed(good, std::string(63, 'c') + ".yaml")) == "");
  for (const auto& stem : {std::string(64, 'c'), "Customer-C"s, "customer_c"s, "-c"s, "c."s}) {
    CAPTURE(stem);
    CHECK(faults_of(parsed(good, "dir/" + stem + ".yaml")).find("can't name a namespace and a host") !=
          std::string::npos);
  }
}

TEST_CASE("domain and further hosts make the hosts") {
  const auto values =
      parsed("customer:\n  name: C\n  greeting: Hi\n  hosts:\n    - hello.example.com\ndomain: example.org\n");
  CHECK(faults_of(values) == "");
  CHECK(values.customer.hosts == std::vector<std::string>{"customer-c.example.org", "hello.example.com"});
}

TEST_CASE("other values of the chart are left to the chart") {
  CHECK(faults_of(parsed("customer: {name: C, greeting: Hi}\nreplicas: 3\nresources: {limits: {memory: 32Mi}}\n")) ==
        "");
}

TEST_CASE("deep nesting and aliases do no harm") {
  CHECK_FALSE(parsed(std::string(5000, '[')).faults.empty());
  const auto bomb =
      "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\ncustomer: {name: C, greeting: *c}\n"s;
  CHECK_FALSE(parsed(bomb).faults.empty());
}

namespace {

// A file with these greetings, of which the first id stands in line 5.
ValuesFile with_greetings(const std::string& greetings) {
  return parsed("customer:\n  name: C\n  greeting: Moin!\n  greetings:\n" + greetings);
}

} // namespace

TEST_CASE("greetings come from their map, in the order of ids and in their one form") {
  const auto values = with_greetings(R"(    christmas:
      text: Frohe Weihnachten!
      description: '2026'
      language: DE-at
      tags: [season, "1", season]
      state: draft
      starts_at: "2026-12-24T00:00:00+01:00"
      ends_at: 2026-12-27T00:00:00.5Z
    "2026": {text: "yes"}
    a: &a
      text: |
        two
        lines
    b: *a
)");
  CHECK(faults_of(values) == "");
  const auto& greetings = values.customer.greetings;
  REQUIRE(greetings.size() == 4);
  Greeting christmas;
  christmas.id = "christmas";
  christmas.text = "Frohe Weihnachten!";
  christmas.description = "2026";
  christmas.language = "de-AT";
  christmas.tags = {"1", "season"};
  christmas.state = State::draft;
  christmas.starts_at = parse_time("2026-12-23T23:00:00Z");
  christmas.ends_at = parse_time("2026-12-27T00:00:00.5Z");
  christmas.origin = Origin::configuration;
  CHECK(greetings[3] == christmas);
  CHECK(greetings[0].id == "2026");
  CHECK(greetings[0].text == "yes");
  CHECK(greetings[1].text == "two\nlines\n");
  CHECK(same_content(greetings[1], [&] {
    auto b = greetings[2];
    b.id = "a";
    return b;
  }()));
}

TEST_CASE("a map of greetings may be empty, not nothing") {
  CHECK(faults_of(parsed("customer: {name: C, greeting: Hi, greetings: {}}\n")) == "");
  for (const auto wrong : {"", "[]", "christmas", "~"}) {
    CAPTURE(wrong);
    CHECK(faults_of(parsed("customer:\n  name: C\n  greeting: Hi\n  greetings: "s + wrong + "\n"))
              .starts_with("4: customer.greetings is no map"));
  }
}

TEST_CASE("a greeting's fault is told in its line, in the words of the API") {
  const std::pair<std::string, const char*> cases[] = {
      {"    a: {}\n", "5: customer.greetings.a.text is missing: use 1 to 1000 characters\n"},
      {"    a:\n", "5: customer.greetings.a is no map; write text: ... below it\n"},
      {"    a: Moin!\n", "5: customer.greetings.a is no map; write text: ... below it\n"},
      {"    a:\n      text: ' '\n",
       "6: customer.greetings.a.text is \" \": use 1 to 1000 characters, one of them visible\n"},
      {"    a:\n      text: no\n", "6: customer.greetings.a.text is a boolean, not text; put it in quotes: \"no\"\n"},
      {"    a:\n      text:\n", "6: customer.greetings.a.text is nothing, not text; write text: \"...\"\n"},
      {"    a:\n      text: [x]\n", "6: customer.greetings.a.text is a list, not text; write text: \"...\"\n"},
      {"    a:\n      text: \"a\\u001bb\"\n",
       "6: customer.greetings.a.text is \"a\\u001bb\": use no control characters but line feed and tab\n"},
      {"    a:\n      text: x\n      language: no\n",
       "7: customer.greetings.a.language is a boolean, not text; put it in quotes: \"no\"\n"},
      {"    a:\n      text: x\n      language: ~\n",
       "7: customer.greetings.a.language is nothing, not text; write language: \"...\"\n"},
      {"    a:\n      text: x\n      state: on\n",
       "7: customer.greetings.a.state is a boolean, not text; put it in quotes: \"on\"\n"},
      {"    a:\n      text: x\n      state: Active\n",
       "7: customer.greetings.a.state is \"Active\": use one of draft, active, retired\n"},
      {"    a:\n      text: x\n      tags: season\n",
       "7: customer.greetings.a.tags is no list; write one - tag a line\n"},
      {"    a:\n      text: x\n      tags:\n        - fine\n        - 2026\n",
       "9: customer.greetings.a.tags is a number, not text; put it in quotes: \"2026\"\n"},
      {"    a:\n      text: x\n      tags:\n        - fine\n        - Not so\n",
       "9: customer.greetings.a.tags[1] is \"Not so\": use 1 to 63 of a-z, 0-9, '.', '_' and '-'\n"},
      {"    a:\n      text: x\n      starts_at: 2026-12-24\n",
       "7: customer.greetings.a.starts_at is \"2026-12-24\": use a time like \"2026-12-24T00:00:00+01:00\" (RFC 3339), "
       "or leave it out\n"},
      {"    a:\n      text: x\n      ends_at: 2026-12-24T00:00:00Z\n      starts_at: 2026-12-24T00:00:00Z\n",
       "7: customer.greetings.a.ends_at is \"2026-12-24T00:00:00Z\": use a time after starts_at, "
       "2026-12-24T00:00:00Z\n"},
      {"    a:\n      txt: x\n",
       "5: customer.greetings.a.text is missing: use 1 to 1000 characters\n"
       "6: customer.greetings.a.txt is no known key; did you mean customer.greetings.a.text?\n"},
      {"    a:\n      text: x\n      revision: 1\n",
       "7: customer.greetings.a.revision is no known key; known are text, description, language, tags, state, "
       "starts_at, ends_at\n"},
      {"    a:\n      text: x\n      text: z\n", "7: customer.greetings.a.text is set twice; keep one\n"},
      {"    a: {text: x}\n    a: {text: x}\n", "6: customer.greetings.a is set twice; keep one\n"},
      {"    2026: {text: x}\n", "5: an id of customer.greetings is a number, not text; put it in quotes: \"2026\"\n"},
      {"    on: {text: x}\n", "5: an id of customer.greetings is a boolean, not text; put it in quotes: \"on\"\n"},
      {"    A_b: {text: x}\n",
       "5: customer.greetings: id is \"A_b\": use 1 to 63 of a-z, 0-9 and -, with no - at either end\n"},
      {"    import: {text: x}\n", "5: customer.greetings: id is \"import\": use another: import, export, events, "
                                  "preview, timeline are paths of the API\n"},
      {"    \"a\\nb\": {}\n",
       "5: customer.greetings.\"a\\nb\".text is missing: use 1 to 1000 characters\n"
       "5: customer.greetings: id is \"a\\nb\": use 1 to 63 of a-z, 0-9 and -, with no - at either end\n"},
  };
  for (const auto& [greetings, faults] : cases) {
    CAPTURE(greetings);
    CHECK(faults_of(with_greetings(greetings)) == faults);
  }
}

TEST_CASE("a list of tags that aliases make huge is soon refused") {
  std::string text = "customer:\n  name: C\n  greeting: Hi\n  greetings:\n    a: {text: x, tags: &t [";
  for (int i = 0; i < 20'000; ++i) text += "t,";
  text += "]}\n";
  for (int i = 0; i < 2'000; ++i) text += "    b" + std::to_string(i) + ": {text: x, tags: *t}\n";
  const auto values = parsed(text);
  CHECK(values.faults.size() == 2'001);
  CHECK(values.faults[0].message.ends_with("use at most 16 tags"));
}
