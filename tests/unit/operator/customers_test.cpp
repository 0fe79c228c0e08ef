#include "operator/customers.hpp"

#include "operator/status.hpp"
#include "support/classes.hpp"

#include <doctest/doctest.h>

namespace greeter::control {

namespace {

using test::template_of;

Json customer(const std::string& name, int version, Json spec) {
  return {{"metadata",
           {{"name", name},
            {"resourceVersion", std::to_string(version)},
            {"creationTimestamp", "2026-01-0" + std::to_string(version) + "T00:00:00Z"}}},
          {"spec", std::move(spec)}};
}

Json with_status(const std::string& name, const Json& status) {
  auto object = customer(name, 1, {{"name", "Name of " + name}, {"greeting", "Moin!"}});
  object["status"] = status;
  return object;
}

std::string owner_of_host(const Customers& all, const std::string& host, std::string_view but = "") {
  return all.owner({ClaimKind::host, host}, but);
}

std::string owner_of_name(const Customers& all, const std::string& name, std::string_view but = "") {
  return all.owner({ClaimKind::name, name}, but);
}

} // namespace

TEST_CASE("customers: what each has follows what an informer tells") {
  Customers all(template_of({{"standard", "parcellab.com"}}));
  CHECK_FALSE(all.known());
  const auto a = customer("customer-a", 1, {{"name", "A"}, {"greeting", "Hi!"}, {"hosts", {"x.example.com"}}});
  all.replace({{a, customer("customer-b", 2, {{"name", "B"}, {"greeting", ""}})}, "2"});
  CHECK(all.known());
  CHECK(owner_of_name(all, "A") == "customer-a");
  CHECK(owner_of_name(all, "B") == "customer-b"); // though it has a fault
  CHECK(owner_of_host(all, "customer-b.parcellab.com") == "customer-b");
  CHECK(owner_of_host(all, "customer-b.localhost") == "customer-b");
  CHECK(owner_of_host(all, "x.example.com", "customer-a").empty());
  all.put(customer("customer-a", 3, {{"name", "A"}, {"greeting", "Hi!"}, {"hosts", {"y.example.com"}}}));
  CHECK(owner_of_host(all, "x.example.com").empty());
  CHECK(owner_of_host(all, "y.example.com") == "customer-a");
  all.put(customer("customer-c", 4, {{"name", "A"}, {"greeting", "Hi!"}}));
  CHECK(owner_of_name(all, "A") == "customer-a"); // the older
  CHECK(owner_of_name(all, "A", "customer-a") == "customer-c");
  all.erase(customer("customer-a", 5, Json::object()));
  CHECK(owner_of_name(all, "A") == "customer-c");
  CHECK(owner_of_host(all, "y.example.com").empty());
  all.replace({{}, "6"});
  CHECK(all.names().empty());
  CHECK(owner_of_name(all, "A").empty());
}

TEST_CASE("customers: a host is below the domain of the class, and follows it") {
  Customers all(template_of({{"standard", "parcellab.com"}, {"large", "example.net"}}));
  all.replace({{customer("customer-a", 1, {{"name", "A"}, {"class", "large"}, {"hosts", {"a.shop"}}}),
                customer("customer-b", 2, {{"name", "B"}, {"class", "large"}, {"domain", "b.shop"}})},
               "2"});
  CHECK(owner_of_host(all, "customer-a.example.net") == "customer-a");
  CHECK(owner_of_host(all, "customer-b.b.shop") == "customer-b");
  all.use(template_of({{"standard", "parcellab.com"}, {"large", "example.org"}}));
  CHECK(owner_of_host(all, "customer-a.example.net").empty());
  CHECK(owner_of_host(all, "customer-a.example.org") == "customer-a");
  all.use(template_of({{"standard", "parcellab.com"}})); // what it has but for that is still its own
  CHECK(owner_of_host(all, "customer-a.example.org").empty());
  CHECK(owner_of_host(all, "a.shop") == "customer-a");
  CHECK(owner_of_name(all, "A") == "customer-a");
  CHECK(owner_of_host(all, "customer-b.b.shop") == "customer-b");
}

TEST_CASE("customers: objects that make no sense do no harm") {
  Customers all(template_of({{"standard", "parcellab.com"}}));
  all.replace(
      {{nullptr, 7, Json::array(), Json::object(), customer("customer-a", 1, 7), customer("A", 1, {{"name", "C"}})},
       "1"});
  all.put("text");
  all.erase(nullptr);
  CHECK(all.known());
  CHECK(owner_of_name(all, "C") == "A");
}

TEST_CASE("customers that are not ready are told with the reason, and since when") {
  Customers customers(template_of({{"standard", "parcellab.com"}}));
  const auto status = [](bool ready, const char* reason, const Json& before, const char* when) {
    return status_of(before, 1, {ready, reason, ""}, "", {}, "", *parse_time(when));
  };
  const auto failed = status(false, apply_failed, Json::object(), "2026-01-02T00:00:00Z");
  customers.put(with_status("seen", status(false, progressing, failed, "2026-01-03T00:00:00Z")));
  customers.put(with_status("new", Json::object()));
  customers.put(with_status("well", status(true, available, failed, "2026-01-03T00:00:00Z")));

  const auto [unready, all] = customers.unready_of_all();
  CHECK(all == 3);
  REQUIRE(unready.size() == 2);
  CHECK(unready[0].name == "new");
  CHECK(unready[0].reason == "Unknown");
  CHECK(unready[0].since == parse_time("2026-01-01T00:00:00Z")); // nobody has looked at it
  CHECK(unready[1].name == "seen");
  CHECK(unready[1].reason == progressing);
  CHECK(unready[1].since == parse_time("2026-01-02T00:00:00Z")); // the first of its reasons
}

} // namespace greeter::control
