#include "http/board.hpp"
#include "http/metrics_text.hpp"

#include <doctest/doctest.h>

using namespace greeter;
using namespace std::chrono_literals;

namespace {

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

std::shared_ptr<const Site> site_of(std::vector<Customer> customers, const std::string& only = "") {
  return Board({std::move(customers), only, "cafe"}, {}, 2).site().current();
}

} // namespace

TEST_CASE("the workers' counts are added up") {
  Metrics metrics(2);
  metrics.workers()[0].count("GET", 200);
  metrics.workers()[1].count("GET", 200);
  metrics.workers()[1].count("BREW", 418);
  metrics.workers()[0].observe(60us, 2);
  metrics.workers()[1].observe(2s, 1);
  metrics.workers()[0].accepted.add(3);
  metrics.workers()[1].closed.add(1);
  metrics.workers()[0].count(Limit::head_timeout);
  metrics.workers()[1].count(Limit::head_timeout);
  metrics.workers()[1].count(Limit::none);
  const auto text = metrics_text(metrics, *site_of({}));
  CHECK(has_line(text, R"(greeter_http_requests_total{method="GET",code="200"} 2)"));
  CHECK(has_line(text, R"(greeter_http_requests_total{method="other",code="other"} 1)"));
  CHECK(
      has_line(text, R"(greeter_http_requests_total{method="GET",code="500"} 0)")); // of failures even the first shows
  CHECK(has_line(text, R"(greeter_http_requests_total{method="other",code="503"} 0)"));
  CHECK(has_line(text, R"(greeter_http_request_duration_seconds_bucket{le="5e-05"} 0)"));
  CHECK(has_line(text, R"(greeter_http_request_duration_seconds_bucket{le="0.0001"} 2)"));
  CHECK(has_line(text, R"(greeter_http_request_duration_seconds_bucket{le="1"} 2)"));
  CHECK(has_line(text, R"(greeter_http_request_duration_seconds_bucket{le="+Inf"} 3)"));
  CHECK(has_line(text, "greeter_http_request_duration_seconds_count 3"));
  CHECK(has_line(text, "greeter_http_request_duration_seconds_sum 2.00012"));
  CHECK(has_line(text, "greeter_http_connections 2"));
  CHECK(has_line(text, R"(greeter_http_limit_hits_total{limit="head_timeout"} 2)"));
  CHECK(has_line(text, R"(greeter_http_limit_hits_total{limit="send_timeout"} 0)"));
  CHECK(has_line(text, R"(greeter_config_info{hash="cafe"} 1)"));
}

TEST_CASE("a duration on a bound counts below it") {
  Metrics metrics(1);
  metrics.workers()[0].observe(50us, 1);
  CHECK(has_line(metrics_text(metrics, *site_of({})), R"(greeter_http_request_duration_seconds_bucket{le="5e-05"} 1)"));
}

TEST_CASE("greetings are counted by customer and outlive a reload") {
  const Metrics metrics(2);
  Board board({{{"a", "A", "Hi", {"a.x"}}, {"c", "C", "Moin", {"c.x"}}}, "", "cafe"}, {}, 2);
  const auto before = board.site().current();
  before->pages[1]->offers[0].count->add(0);
  before->pages[1]->offers[0].count->add(1);
  board.configure({{{"b", "B", "Yo", {"b.x"}}, {"c", "C", "Moin Moin", {"c.x"}}}, "", "cafe"});
  const auto text = metrics_text(metrics, *board.site().current());
  CHECK(has_line(text, R"(greeter_greetings_total{customer="b"} 0)"));
  CHECK(has_line(text, R"(greeter_greetings_total{customer="c"} 2)"));
  CHECK(text.find("customer=\"a\"") == std::string::npos);
}

TEST_CASE("made for one customer, only that one is counted; a stranger is told by greeter_customer_known") {
  const Metrics metrics(2);
  const auto text = metrics_text(metrics, *site_of({{"a", "A", "Hi", {}}, {"c", "C", "Moin", {}}}, "C"));
  CHECK(has_line(text, R"(greeter_greetings_total{customer="c"} 0)"));
  CHECK(text.find("customer=\"a\"") == std::string::npos);
  CHECK(has_line(text, "greeter_customer_known 1"));
  CHECK(has_line(metrics_text(metrics, *site_of({}, "D")), "greeter_customer_known 0"));
}

TEST_CASE("no name can break the format") {
  const Metrics metrics(2);
  const auto text = metrics_text(metrics, *site_of({{"a\"b\\c\nd", "A", "Hi", {}}}));
  CHECK(has_line(text, R"(greeter_greetings_total{customer="a\"b\\c\nd"} 0)"));
}
