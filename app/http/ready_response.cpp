#include "http/ready_response.hpp"

#include "http/date.hpp"
#include "http/problem.hpp"

#include <fmt/format.h>

namespace greeter {

std::string_view connection_field(Persistence persistence) {
  switch (persistence) {
  case Persistence::stays: return "";
  case Persistence::stays_as_if: return "Connection: keep-alive\r\n";
  case Persistence::ends: return "Connection: close\r\n";
  }
  return "";
}

ReadyResponse::ReadyResponse(int status, std::string_view fields, std::string_view body, Persistence persistence)
    : bytes_(fmt::format("HTTP/1.1 {} {}\r\nDate: ", status, reason_of(status))), date_at_(bytes_.size()) {
  bytes_.append(std::tuple_size_v<HttpDate>, ' ').append("\r\n").append(fields);
  if (!body.empty()) bytes_ += fmt::format("Content-Length: {}\r\n", body.size());
  bytes_.append(connection_field(persistence)).append("\r\n");
  head_size_ = bytes_.size();
  bytes_ += body;
}

} // namespace greeter
