// Errors are values: what can fail returns Result<T>. Nothing here throws or logs.
#pragma once
#include <string>
#include <utility>
#include <variant>

namespace greeter {

enum class ErrorCode {
  invalid,     // the caller's input can't be used
  not_found,   // what was asked for does not exist
  conflict,    // what is there is not what the caller expected
  unavailable, // it may work later
  uncertain,   // it may have been done; nobody knows
  internal,    // our own fault
  refused,     // a rule or limit of whoever is asked, which will refuse it again
};

struct Error {
  ErrorCode code;
  std::string message; // for a person: what is wrong and what would be right
};

// Either a T or an Error. Test it before taking value() or error().
template <class T> class [[nodiscard]] Result {
public:
  // Implicit, so that functions can return either as it is.
  Result(T value) : state_(std::move(value)) {}     // NOLINT(misc-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {} // NOLINT(misc-explicit-constructor)

  explicit operator bool() const { return state_.index() == 0; }
  T& value() { return *std::get_if<T>(&state_); }
  const T& value() const { return *std::get_if<T>(&state_); }
  const Error& error() const { return *std::get_if<Error>(&state_); }

private:
  std::variant<T, Error> state_;
};

} // namespace greeter
