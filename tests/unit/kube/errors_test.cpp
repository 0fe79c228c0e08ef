#include "kube/errors.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace greeter;
using namespace greeter::kube;

TEST_CASE("the message is the server's own, where it has one") {
  const auto body = R"({"kind": "Status", "code": 403, "message": "greetings is forbidden: User \"u\" cannot list"})";
  CHECK(error_of(403, body, false, "GET /a").message == "greetings is forbidden: User \"u\" cannot list");
  for (const auto* const other : {"", "<html>", "[]", R"({"kind": "Pod", "message": "m"})", R"({"message": "m"})",
                                  R"({"kind": "Status", "message": 7})", R"({"kind": 7, "message": "m"})"})
    CHECK(error_of(502, other, false, "GET /a").message == "GET /a: the server answers 502");
}

TEST_CASE("a change is in doubt where the server failed after it may have been made") {
  for (const int status : {500, 502, 504}) {
    CHECK(error_of(status, "", true, "").code == ErrorCode::uncertain);
    CHECK(error_of(status, "", false, "").code == ErrorCode::unavailable);
  }
  for (const int status : {401, 403, 429, 503}) CHECK(error_of(status, "", true, "").code == ErrorCode::unavailable);
}

TEST_CASE("a change that is forbidden to whoever has the right to it is refused") {
  const auto forbidden = [](const std::string& why) {
    const nlohmann::json status{{"kind", "Status"}, {"code", 403}, {"message", "greetings \"a\" is forbidden: " + why}};
    return status.dump();
  };
  const auto quota = forbidden("exceeded quota: few, requested: count/greetings=1, used: count/greetings=1");
  CHECK(error_of(403, quota, true, "").code == ErrorCode::refused);
  CHECK(error_of(403, quota, false, "").code == ErrorCode::unavailable);
  const auto* const right = "User \"u\" cannot create resource \"greetings\" in API group \"g\" in the namespace \"n\"";
  CHECK(error_of(403, forbidden(right), true, "").code == ErrorCode::unavailable);
}

TEST_CASE("a Status in a watch has its code inside") {
  using nlohmann::json;
  CHECK(error_of(json{{"kind", "Status"}, {"code", 504}, {"message", "m"}}, "").code == ErrorCode::unavailable);
  CHECK(error_of(json{{"kind", "Status"}, {"message", "m"}}, "").code == ErrorCode::internal);
  CHECK(error_of(json{{"code", "504"}}, "GET /a").message ==
        "GET /a: the server reports an error, and does not say which");
}

TEST_CASE("a message is one line of UTF-8, of 500 bytes at most") {
  CHECK(shortened("a\nb\tc\x7f"
                  "d") == "a b c d");
  CHECK(shortened(std::string(500, 'a')) == std::string(500, 'a'));
  CHECK(shortened(std::string(501, 'a')) == std::string(497, 'a') + "...");
  for (std::size_t before = 490; before < 500; ++before) {
    const auto text = shortened(std::string(before, 'a') + "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80");
    CHECK(is_utf8(text));
    CHECK(text.size() <= 500);
  }
  CHECK(is_utf8(shortened("a\xff")));
}
