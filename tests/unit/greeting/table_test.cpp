#include "greeting/table.hpp"

#include "unit/greeting/build.hpp"

#include <doctest/doctest.h>

using namespace greeter;
using namespace greeter::test;

namespace {

Greeting from_configuration(const std::string& id) {
  auto g = greeting(id);
  g.origin = Origin::configuration;
  return g;
}

// "a b*": what is seen, with a star where it comes from the store.
std::string seen(const GreetingTable& table) {
  std::string all;
  for (const auto& g : table.all()) {
    CHECK(table.find(g->id) == g);
    all += (all.empty() ? "" : " ") + g->id + (g->origin == Origin::store ? "*" : "");
  }
  return all;
}

} // namespace

TEST_CASE("a stored greeting covers the configuration's until it is erased") {
  GreetingTable table;
  table.set_base({from_configuration("b"), from_configuration("a")});
  CHECK(seen(table) == "a b");
  table.put(greeting("b"));
  table.put(greeting("c"));
  CHECK(seen(table) == "a b* c*");
  CHECK(table.size() == 3);
  CHECK(table.stored() == 2);
  table.put(greeting("c"));
  CHECK(table.stored() == 2);
  table.erase("b");
  table.erase("c");
  CHECK(seen(table) == "a b");
  CHECK(table.stored() == 0);
}

TEST_CASE("erasing what is not stored changes nothing") {
  GreetingTable table;
  table.set_base({from_configuration("a")});
  table.erase("a");
  table.erase("nobody");
  CHECK(seen(table) == "a");
  CHECK(table.stored() == 0);
  CHECK(table.find("nobody") == nullptr);
}

TEST_CASE("a new configuration leaves what is stored alone") {
  GreetingTable table;
  table.set_base({from_configuration("a"), from_configuration("b")});
  table.put(greeting("b"));
  table.set_base({from_configuration("c")});
  CHECK(seen(table) == "b* c");
  table.erase("b");
  CHECK(seen(table) == "c");
  table.put(greeting("b"));
  table.set_base({from_configuration("b")});
  CHECK(seen(table) == "b*");
  table.set_base({});
  CHECK(seen(table) == "b*");
  table.erase("b");
  CHECK(table.size() == 0);
}

TEST_CASE("who has found a greeting keeps it as it was") {
  GreetingTable table;
  table.put(greeting("a"));
  const auto held = table.find("a");
  auto other = greeting("a");
  other.text = "Another";
  table.put(other);
  table.erase("a");
  CHECK(held->text == "Text of a");
}
