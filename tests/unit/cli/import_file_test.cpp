#include "cli/import_file.hpp"

#include <doctest/doctest.h>

#include <numeric>

using namespace greeter;

namespace {

ImportFile parsed(std::string_view text) {
  auto file = parse_import(text, "file");
  CAPTURE(text);
  REQUIRE(file);
  return std::move(file.value());
}

} // namespace

TEST_CASE("NDJSON is taken line by line, as it is") {
  const auto file = parsed("\xef\xbb\xbf{\"id\":\"a\", \"text\":\"A\"}\r\n\n{\"id\":\"b\",\"text\":\"B\"}");
  REQUIRE(file.entries.size() == 2);
  CHECK(file.unit == "line");
  CHECK(file.entries[0].line == "{\"id\":\"a\", \"text\":\"A\"}");
  CHECK(file.entries[1].place == 3);
}

TEST_CASE("lists and single greetings, in JSON and YAML") {
  for (const auto* text : {"[{\"id\":\"a\",\"text\":\"A\"}]", "{\n\"id\":\"a\",\n\"text\":\"A\"\n}\n",
                           "- id: a\n  text: A\n", "id: a\ntext: A\n", "- {id: a, text: A}\n"}) {
    const auto file = parsed(text);
    REQUIRE(file.entries.size() == 1);
    CHECK(file.unit == "greeting");
    CHECK(file.entries[0].line == "{\"id\":\"a\",\"text\":\"A\"}");
  }
  CHECK(parsed("").entries.empty());
  CHECK(parsed("[]").entries.empty());
}

TEST_CASE("a file that holds no greetings is told") {
  for (const auto* text : {"just words", "42", "a: [", "\xff\xfe"}) {
    CAPTURE(text);
    const auto file = parse_import(text, "file");
    REQUIRE_FALSE(file);
    CHECK(file.error().message.find("file") == 0);
  }
}

TEST_CASE("every fault is found before anything is sent") {
  const auto faults =
      check_import(parsed("{\"id\":\"a\",\"text\":\"A\"}\n{\"id\":\"a\",\"text\":\"B\"}\nno json\n"
                          "{\"id\":\"c\",\"text\":\"\"}\n{\"text\":\"D\"}\n{\"id\":\"e\",\"text\":\"E\"}\n"));
  REQUIRE(faults.size() == 4);
  CHECK(faults[0] == "line 2: id \"a\" is that of line 1 already");
  CHECK(faults[1] == "line 3: is no JSON object");
  CHECK(faults[2].starts_with("line 4: text is \"\""));
  CHECK(faults[3].starts_with("line 5: id"));
}

TEST_CASE("pieces stay within their bytes, in order, and lose nothing") {
  ImportFile file;
  for (std::size_t i = 0; i < 50; ++i) file.entries.push_back({i + 1, std::string(i % 7 * 10 + 1, 'x')});
  for (const std::size_t most : {1, 60, 61, 62, 100, 1000, 100000}) {
    CAPTURE(most);
    std::string all;
    std::span<const ImportFile::Entry> rest(file.entries);
    while (!rest.empty()) {
      const auto count = piece_of(rest, most);
      REQUIRE(count >= 1);
      const auto body = body_of(rest.first(count));
      CHECK((count == 1 || body.size() <= most));
      CHECK((count == rest.size() || body_of(rest.first(count + 1)).size() > most));
      all += body;
      rest = rest.subspan(count);
    }
    CHECK(all == body_of(file.entries));
  }
  CHECK(piece_of({}, 10) == 0);
}
