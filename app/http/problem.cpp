#include "http/problem.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace greeter {

namespace {

struct Explained {
  int status;
  std::string_view reason;
  std::string_view detail;
};

constexpr std::array<Explained, 25> statuses{{
    {200, "OK", ""},
    {201, "Created", ""},
    {204, "No Content", ""},
    {304, "Not Modified", ""},
    {400, "Bad Request", "The request is not well-formed HTTP/1.1."},
    {401, "Unauthorized", "This needs a token: send Authorization: Bearer TOKEN."},
    {403, "Forbidden", "This token does not allow that."},
    {404, "Not Found", "There is nothing at this path."},
    {405, "Method Not Allowed", "The Allow field names the methods of this path."},
    {408, "Request Timeout", "The request did not arrive in time."},
    {409, "Conflict", "What is here now does not go with the request."},
    {412, "Precondition Failed", "What the If-Match field names is not what is here now."},
    {413, "Content Too Large", "The request body is larger than this server takes."},
    {414, "URI Too Long", "The request line is longer than this server takes."},
    {415, "Unsupported Media Type", "The Content-Type is none that this resource takes."},
    {417, "Expectation Failed", "The only expectation met here is 100-continue."},
    {421, "Misdirected Request", "This server does not answer for that host."},
    {422, "Unprocessable Content", "The request is well-formed, but what it says is not."},
    {428, "Precondition Required", "Name what you mean to change: If-Match with its ETag, or * for whatever is there."},
    {429, "Too Many Requests", "Try again later."},
    {431, "Request Header Fields Too Large", "The header fields are more or longer than this server takes."},
    {500, "Internal Server Error", "The server failed; its log says more."},
    {501, "Not Implemented", "This method or transfer coding is not known here."},
    {503, "Service Unavailable", "Try again in a moment."},
    {505, "HTTP Version Not Supported", "Use HTTP/1.1."},
}};

const Explained& explained(int status) {
  static constexpr Explained unknown{0, "Unknown", ""};
  const auto* const found =
      std::find_if(statuses.begin(), statuses.end(), [&](const Explained& e) { return e.status == status; });
  return found == statuses.end() ? unknown : *found;
}

} // namespace

int status_of(ErrorCode code) {
  switch (code) {
  case ErrorCode::invalid: return 400;
  case ErrorCode::not_found: return 404;
  case ErrorCode::conflict: return 412;
  case ErrorCode::refused: return 422;
  case ErrorCode::unavailable:
  case ErrorCode::uncertain: return 503;
  case ErrorCode::internal: break;
  }
  return 500;
}

std::string_view reason_of(int status) { return explained(status).reason; }

std::string problem_body(int status, std::string_view detail, const nlohmann::ordered_json& more) {
  const auto& known = explained(status);
  nlohmann::ordered_json body{{"type", "about:blank"},
                              {"title", known.reason},
                              {"status", status},
                              {"detail", detail.empty() ? known.detail : detail}};
  body.update(more);
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

ReadyResponse closing_response(int status, std::string_view fields) {
  return {status,
          fmt::format("{}Content-Type: {}\r\n{}", fields, problem_type, status == 503 ? "Retry-After: 1\r\n" : ""),
          problem_body(status), Persistence::ends};
}

} // namespace greeter
