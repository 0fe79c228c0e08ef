#include "cli/customers_diff.hpp"

#include "support/folder.hpp"

#include <doctest/doctest.h>

using namespace greeter;
using nlohmann::json;

namespace {

std::string changed(const char* before, const char* after) {
  return in_words(compare_customers({{"c", json::parse(before)}}, {{"c", json::parse(after)}}));
}

} // namespace

TEST_CASE("a change is said with its customer, what it is, and both values") {
  CHECK(changed(R"({"customer":{"greeting":"Moin!"}})", R"({"customer":{"greeting":"Moin moin!"}})") ==
        "c: greeting \"Moin!\" -> \"Moin moin!\"\n");
  CHECK(changed(R"({"persistence":{"enabled":false}})", R"({"persistence":{"enabled":true}})") ==
        "c: persistence.enabled false -> true\n");
  CHECK(changed("{}", R"({"autoscaling":{"enabled":false},"replicas":2})") ==
        "c: autoscaling.enabled not set -> false\nc: replicas not set -> 2\n");
  CHECK(changed(R"({"podAnnotations":{"a.b/c":"x"}})", "{}") == "c: podAnnotations.\"a.b/c\" \"x\" -> not set\n");
  CHECK(changed(R"({"tolerations":[{"key":"a"}]})", R"({"tolerations":[]})") ==
        "c: tolerations [{\"key\":\"a\"}] -> []\n");
}

TEST_CASE("hosts come and go one by one") {
  CHECK(changed(R"({"customer":{"hosts":["a.x","b.x"]}})", R"({"customer":{"hosts":["b.x","c.x"]}})") ==
        "c: host \"a.x\" removed\nc: host \"c.x\" added\n");
  CHECK(changed("{}", R"({"customer":{"hosts":["b.x"]}})") == "c: host \"b.x\" added\n");
  CHECK(changed(R"({"customer":{"hosts":["a","b"]}})", R"({"customer":{"hosts":["b","a"]}})") ==
        "c: hosts in another order\n");
}

TEST_CASE("greetings of the table are told by their ids") {
  const auto* const both = R"({"customer":{"greetings":{"old":{"text":"a"},"sale":{"text":"b","tags":["x"]}}}})";
  const auto* const after =
      R"({"customer":{"greetings":{"new":{"text":"c","tags":[]},"sale":{"text":"B","tags":["x"]}}}})";
  CHECK(changed(both, after) == "c: greetings.new added: \"c\"\n"
                                "c: greetings.old removed: \"a\"\n"
                                "c: greetings.sale.text \"b\" -> \"B\"\n");
}

TEST_CASE("what makes no difference is none") {
  CHECK(changed(R"({"a":{"b":1,"c":2}})", R"({"a":{"c":2,"b":1.0}})").empty());
  CHECK(changed("{}", R"({"a":null,"persistence":{},"b":{"c":null}})").empty());
}

TEST_CASE("customers come and go") {
  const CustomerValues before{{"b", json::parse(R"({"customer":{"greeting":"Bye"}})")}, {"c", json::object()}};
  const CustomerValues after{{"a", json::parse(R"({"customer":{"greeting":"Hi"}})")}, {"c", json::object()}};
  CHECK(in_words(compare_customers(before, after)) == "a: new, greeting \"Hi\"\nb: removed, greeting \"Bye\"\n");
}

TEST_CASE("a text can't drive the terminal or break a line") {
  const auto words = changed("{}", R"({"customer":{"greeting":"\u001b[2J\n\u202e"}})");
  CHECK(words.find('\x1b') == std::string::npos);
  CHECK(words.find("\u202e") == std::string::npos);
  CHECK(words.find('\n') == words.size() - 1);
}

TEST_CASE("programs get JSON Pointers, and only the values that are set") {
  const auto changes = compare_customers({{"c", json::parse(R"({"a":1,"p":{"x.y/z":"v"}})")}},
                                         {{"c", json::parse(R"({"a":2})")}, {"d", json::parse(R"({"replicas":1})")}});
  CHECK(to_json(changes) == nlohmann::ordered_json::parse(R"([
    {"customer":"c","change":"changed","values":[{"path":"/a","old":1,"new":2},{"path":"/p/x.y~1z","old":"v"}]},
    {"customer":"d","change":"added","values":[{"path":"/replicas","new":1}]}])"));
}

TEST_CASE("values are read from a file or a folder") {
  const test::Folder folder;
  folder.customer("a", "A", "Hi");
  folder.write("b.yaml", "customer: {greeting: Hello}\nreplicas: 2\n");
  folder.write("README.md", "no customer");
  const auto both = read_customer_values(folder.path());
  REQUIRE(both);
  CHECK(both.value().size() == 2);
  CHECK(both.value().at("b")["replicas"] == 2);
  const auto one = read_customer_values(folder.path("a.yaml"));
  REQUIRE(one);
  CHECK(one.value().at("a")["customer"]["greeting"] == "Hi");
}

TEST_CASE("what can't be read is named") {
  const test::Folder folder;
  folder.write("a.yaml", "customer:\n  name: [\n");
  const auto broken = read_customer_values(folder.path());
  REQUIRE(!broken);
  CHECK(broken.error().message.find("a.yaml:") != std::string::npos);
  folder.write("a.yaml", "");
  CHECK(!read_customer_values(folder.path()));
  CHECK(!read_customer_values(folder.path("not-there.yaml")));
  folder.write("a.yaml", "customer: {}\n");
  folder.write("b.yml", "customer: {}\n");
  CHECK(read_customer_values(folder.path()).error().message.find("b.yaml") != std::string::npos);
}
