#include "kube/errors.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace greeter::kube {

namespace {

using Json = nlohmann::json;

std::string message_in(const Json& status) {
  if (!status.is_object() || status.value("kind", Json()) != "Status") return {};
  const auto message = status.find("message");
  return message != status.end() && message->is_string() ? message->get<std::string>() : std::string();
}

ErrorCode code_of(int status) {
  switch (status) {
  case 404:
  case 410: return ErrorCode::not_found;
  case 409: return ErrorCode::conflict;
  case 401:
  case 403:
  case 429: return ErrorCode::unavailable;
  default: break;
  }
  if (status >= 500) return ErrorCode::unavailable;
  return status >= 400 ? ErrorCode::invalid : ErrorCode::internal;
}

// What RBAC says of a missing right, which somebody may give: 'User "u" cannot create resource "greetings" in ...'.
bool is_missing_right(const std::string& message) {
  const auto verb = message.find(" cannot ");
  return verb != std::string::npos && message.find(" resource ", verb) != std::string::npos;
}

// 503 and a webhook's refusal come before anything is done; other failures may come after.
bool may_be_done(int status, const std::string& message) {
  return status >= 500 && status != 503 && message.find("failed calling webhook") == std::string::npos;
}

} // namespace

std::string shortened(std::string text) {
  constexpr std::size_t most = 500;
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  if (text.size() > most) {
    text.resize(most - 3);
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0U) == 0x80) text.pop_back();
    if (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80U)) text.pop_back();
    text += "...";
  }
  return is_utf8(text) ? text : in_quotes(text);
}

Error error_of(int status, std::string_view body, bool is_change, const std::string& what) {
  auto message = message_in(Json::parse(body, nullptr, false));
  auto code = code_of(status);
  if (is_change && may_be_done(status, message)) code = ErrorCode::uncertain;
  if (is_change && status == 403 && !message.empty() && !is_missing_right(message)) code = ErrorCode::refused;
  if (message.empty() || status == 401)
    message =
        fmt::format("{}: the server answers {}{}", what, status, status == 401 ? ": it does not know who we are" : "");
  return {code, shortened(std::move(message))};
}

Error error_of(const nlohmann::json& status, const std::string& what) {
  const auto code = status.is_object() ? status.value("code", Json()) : Json();
  auto message = message_in(status);
  if (message.empty()) message = what + ": the server reports an error, and does not say which";
  return {code.is_number_integer() ? code_of(code.get<int>()) : ErrorCode::internal, shortened(std::move(message))};
}

} // namespace greeter::kube
