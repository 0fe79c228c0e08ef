// HTTP/1.1 by RFC 9110 and RFC 9112, over real sockets: each case whole, byte by byte, and cut in two at every byte.
// The tables are in the files beside this one.
#include "http/rfc/delivery.hpp"
#include "support/folder.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace greeter;
using namespace greeter::test;
using namespace greeter::test::rfc;

namespace {

void check(const std::vector<Case>& cases, Environment environment) {
  Delivery delivery{};
  SUBCASE("whole") { delivery = Delivery::whole; }
  SUBCASE("byte by byte") { delivery = Delivery::byte_by_byte; }
  SUBCASE("cut in two") { delivery = Delivery::in_two; }
  environment["GREETER_WORKERS"] = "1";
  environment["GREETER_HEAD_TIMEOUT"] = environment["GREETER_BODY_TIMEOUT"] =
      "60s"; // a busy machine takes long to send thousands of bytes one by one
  Running running(std::move(environment));
  for (const auto& failure : deliver(running, cases, delivery)) FAIL_CHECK(failure);
}

void check(const std::vector<Case>& cases) { check(cases, only_c()); }

void check_with_small_bodies(const std::vector<Case>& cases) {
  auto environment = only_c();
  environment.emplace("GREETER_MAX_BODY_BYTES", "1000");
  check(cases, std::move(environment));
}

} // namespace

TEST_CASE("RFC: request lines") { check(request_line_cases()); }
TEST_CASE("RFC: versions") { check(version_cases()); }
TEST_CASE("RFC: targets") { check(target_cases()); }
TEST_CASE("RFC: header lines") { check(header_cases()); }
TEST_CASE("RFC: Content-Length") { check_with_small_bodies(content_length_cases()); }
TEST_CASE("RFC: Transfer-Encoding") { check(transfer_coding_cases()); }
TEST_CASE("RFC: chunks") { check_with_small_bodies(chunk_cases()); }
TEST_CASE("RFC: trailers") { check(trailer_cases()); }
TEST_CASE("RFC: expectations") { check(expect_cases()); }
TEST_CASE("RFC: connections") { check(connection_cases()); }
TEST_CASE("RFC: pipelines") { check(pipeline_cases()); }
TEST_CASE("RFC: conditions") { check(conditional_cases()); }
TEST_CASE("RFC: sizes") { check(size_cases()); }

TEST_CASE("RFC: hosts") {
  const Folder folder;
  folder.customer("customer-a", "A", "Hi!");
  folder.customer("customer-c", "C", "Moin!");
  check(host_cases(), {{"GREETER_CONFIG", folder.path()}});
}

TEST_CASE("RFC: the suite is large, and says nothing twice") {
  std::size_t size = 0;
  std::map<std::string, std::string_view> seen;
  for (const auto table : {request_line_cases, version_cases, target_cases, host_cases, header_cases,
                           content_length_cases, transfer_coding_cases, chunk_cases, trailer_cases, expect_cases,
                           connection_cases, pipeline_cases, conditional_cases, size_cases})
    for (const auto& of : table()) {
      ++size;
      const auto [before, is_new] = seen.emplace(of.bytes, of.what);
      CHECK_MESSAGE(is_new, of.what, " has the bytes of ", before->second);
    }
  CHECK(size >= 150);
}
