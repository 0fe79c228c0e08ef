#include "cli/connection.hpp"

#include <doctest/doctest.h>

using namespace greeter;

TEST_CASE("a customer is reached by its host below the server's") {
  struct Case {
    const char *server, *customer, *host;
  };
  for (const auto& [server, customer, host] :
       {Case{"http://localhost:8080", "customer-a", "customer-a.localhost"},
        Case{"http://127.0.0.1:1", "customer-a", "customer-a.localhost"},
        Case{"http://[::1]:1", "Customer-A", "customer-a.localhost"},
        Case{"https://parcellab.com", "customer-a", "customer-a.parcellab.com"},
        Case{"https://customer-a.parcellab.com", "customer-a", "customer-a.parcellab.com"},
        Case{"http://10.0.0.1", "hello.example.com", "hello.example.com"}}) {
    CAPTURE(server);
    const auto found = host_of_customer(server, customer);
    REQUIRE(found);
    CHECK(found.value() == host);
  }
}

TEST_CASE("a customer that makes no host is told") {
  CHECK(host_of_customer("http://10.0.0.1", "customer-a").error().message.find("give --customer the whole host") !=
        std::string::npos);
  CHECK_FALSE(host_of_customer("http://localhost", "a b"));
  CHECK_FALSE(host_of_customer("http://localhost", "a\r\nX: y"));
}
