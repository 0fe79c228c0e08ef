#include "greeting/greeter.hpp"

#include <doctest/doctest.h>

using namespace greeter;

namespace {

std::vector<Customer> customers() {
  return {{"customer-a", "A", "Hi!", {"customer-a.parcellab.com"}},
          {"customer-c", "C", "Moin!", {"customer-c.parcellab.com", "hello.example.com"}},
          {"x", "X", "no host", {}}};
}

} // namespace

TEST_CASE("every customer is reached at its own hosts, in any case and with any port") {
  const Greeter greeter(customers(), "");
  CHECK(greeter.knows_its_customer());
  for (const auto* host : {"customer-c.parcellab.com", "CUSTOMER-C.ParcelLab.com", "customer-c.parcellab.com:80",
                           "hello.example.com", "customer-c.localhost:8080"}) {
    CAPTURE(host);
    CHECK(greeter.customer_at(host) == 1);
  }
  CHECK(greeter.customer_at("customer-a.parcellab.com") == 0);
}

TEST_CASE("an unknown host never gets another customer's greeting") {
  const Greeter greeter(customers(), "");
  for (const auto* host : {"", ":80", "parcellab.com", "customer-b.parcellab.com", "acustomer-c.parcellab.com",
                           "customer-c.parcellab.com.evil.org", "customer-c", "x.localhost",
                           "customer-c.parcellab.com:80:80", "127.0.0.1", "[::1]:80"}) {
    CAPTURE(host);
    CHECK_FALSE(greeter.customer_at(host));
  }
}

TEST_CASE("made for one customer, it greets that one whatever the host") {
  const Greeter greeter(customers(), "C");
  CHECK(greeter.knows_its_customer());
  CHECK(greeter.customer_at("customer-a.parcellab.com") == 1);
  CHECK(greeter.customer_at("") == 1);
}

TEST_CASE("made for a customer whom nobody knows, it greets nobody") {
  for (const auto* name : {"D", "c", "customer-c", " C"}) {
    const Greeter greeter(customers(), name);
    CHECK_FALSE(greeter.knows_its_customer());
    CHECK_FALSE(greeter.customer_at("customer-c.parcellab.com"));
  }
}
