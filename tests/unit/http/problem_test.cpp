#include "http/problem.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace greeter;

namespace {

std::string closing(int status) {
  std::string out;
  closing_response(status, "").append_to(out, "Sun, 06 Nov 1994 08:49:37 GMT");
  return out;
}

} // namespace

TEST_CASE("a problem has the members of RFC 9457") {
  const auto body = nlohmann::json::parse(problem_body(404, "No \"such\"\nthing."));
  CHECK(body.size() == 4);
  CHECK(body["type"] == "about:blank");
  CHECK(body["title"] == "Not Found");
  CHECK(body["status"] == 404);
  CHECK(body["detail"] == "No \"such\"\nthing.");
}

TEST_CASE("every status that this server sends is explained") {
  for (const int status : {400, 404, 405, 408, 412, 413, 414, 417, 431, 500, 501, 503, 505}) {
    CAPTURE(status);
    CHECK(reason_of(status) != "Unknown");
    CHECK(nlohmann::json::parse(problem_body(status))["detail"] != "");
  }
}

TEST_CASE("errors map to statuses") {
  CHECK(status_of(ErrorCode::invalid) == 400);
  CHECK(status_of(ErrorCode::not_found) == 404);
  CHECK(status_of(ErrorCode::refused) == 422);
  CHECK(status_of(ErrorCode::unavailable) == 503);
  CHECK(status_of(ErrorCode::uncertain) == 503);
  CHECK(status_of(ErrorCode::internal) == 500);
}

TEST_CASE("a response that ends the connection is complete and says so") {
  const auto response = closing(503);
  CHECK(response.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  CHECK(response.find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(response.find("\r\nRetry-After: 1\r\n") != std::string::npos);
  const auto body = response.substr(response.find("\r\n\r\n") + 4);
  CHECK(response.find("\r\nContent-Length: " + std::to_string(body.size()) + "\r\n") != std::string::npos);
  CHECK(closing(400).find("Retry-After") == std::string::npos);
}
