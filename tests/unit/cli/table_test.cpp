#include "cli/table.hpp"

#include <doctest/doctest.h>

using namespace greeter;

TEST_CASE("columns are as wide as their widest cell, and lines end where their text does") {
  const Table table{{"ID", "TEXT"}, {{"a", "你好"}, {"longer", "x"}, {"b", ""}}};
  CHECK(to_text(table, std::nullopt) == "ID      TEXT\na       你好\nlonger  x\nb\n");
}

TEST_CASE("a table fits the terminal: the widest column gives way, down to what stays readable") {
  const Table table{{"ID", "TEXT"}, {{"christmas", "Frohe Weihnachten und ein gutes neues Jahr!"}}};
  CHECK(to_text(table, 30) == "ID         TEXT\nchristmas  Frohe Weihnachten …\n");
  CHECK(to_text(table, 80).find("Jahr!") != std::string::npos);
  CHECK(to_text(table, 5) == "ID        TEXT\nchristm…  Frohe W…\n");
}

TEST_CASE("a cell stays one line") {
  CHECK(to_text({{"TEXT"}, {{"two\nlines \x1b[31m"}}}, std::nullopt) == "TEXT\ntwo\\nlines \\u001b[31m\n");
}

TEST_CASE("only the header is bold") {
  CHECK(to_text({{"ID"}, {{"a"}}}, std::nullopt, true) == "\x1b[1mID\x1b[0m\na\n");
}
