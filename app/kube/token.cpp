#include "kube/token.hpp"

#include "base/text.hpp"
#include "kube/files.hpp"

#include <algorithm>

namespace greeter::kube {

std::optional<Error> Token::read() {
  auto text = read_text(file_);
  if (!text) return Error{ErrorCode::unavailable, text.error().message};
  const auto token = trim(std::string_view(text.value()).substr(0, text.value().find_last_not_of("\r\n") + 1));
  const auto is_odd = [](unsigned char c) { return c <= 0x20 || c >= 0x7f; };
  if (token.empty() || std::any_of(token.begin(), token.end(), is_odd))
    return Error{ErrorCode::unavailable, file_ + " holds no token: one line of it is expected"};
  token_ = token;
  read_ = std::chrono::steady_clock::now();
  return {};
}

Result<std::string> Token::get() {
  const std::lock_guard lock(mutex_);
  if (file_.empty()) return token_;
  if (token_.empty() || std::chrono::steady_clock::now() - read_ > std::chrono::minutes(1))
    if (auto error = read(); error && token_.empty()) return *error;
  return token_;
}

bool Token::is_replaced(const std::string& refused) {
  const std::lock_guard lock(mutex_);
  return !file_.empty() && (token_ != refused || (!read() && token_ != refused));
}

} // namespace greeter::kube
