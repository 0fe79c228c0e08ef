// The bearer token, which Kubernetes replaces on disk long before it expires.
#pragma once
#include "kube/access.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

namespace greeter::kube {

// Thread-safe.
class Token {
public:
  Token(std::string token, std::string file) : file_(std::move(file)), token_(std::move(token)) {}

  // Empty: there is none. `unavailable` where the file can't be read and never could be.
  Result<std::string> get();
  // After a 401: whether there is now another than the one that was refused.
  bool is_replaced(const std::string& refused);

private:
  std::optional<Error> read();

  const std::string file_;
  std::mutex mutex_;
  std::string token_;
  std::chrono::steady_clock::time_point read_{};
};

} // namespace greeter::kube
