// A greeting of the table: a text with the time, the language and the state that decide when it is given.
#pragma once
#include "base/time.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace greeter {

enum class State : std::uint8_t { draft, active, retired };
inline constexpr std::array<std::string_view, 3> state_names{"draft", "active", "retired"};

enum class Origin : std::uint8_t { configuration, store };
inline constexpr std::array<std::string_view, 2> origin_names{"configuration", "store"};

struct Greeting {
  std::string id;          // a DNS label and no path of the API ("import"), unique for its customer
  std::string text;        // what the customer's visitors read; UTF-8, not blank
  std::string description; // for those who look after the table
  std::string language;    // BCP 47 in canonical case ("de-AT"); empty: for every language
  std::vector<std::string> tags;
  State state = State::active;
  std::optional<Timestamp> starts_at; // first moment it may be given; none: always was
  std::optional<Timestamp> ends_at;   // first moment it may no longer; none: for ever

  // What the system says of it; nobody sets these.
  Origin origin = Origin::store;
  std::uint64_t revision = 0; // grows with every change in a store and is never used again; 0: from the configuration
  std::optional<Timestamp> created_at, updated_at; // none: from the configuration

  bool operator==(const Greeting&) const = default;
};

using GreetingPtr = std::shared_ptr<const Greeting>;

// Whether everything that people set is the same.
bool same_content(const Greeting& a, const Greeting& b);

// A field that breaks a rule.
struct FieldFault {
  std::string field; // "text", "tags[2]"
  std::string value; // as JSON, shortened where it is long; empty: the field is missing
  std::string rule;  // what would be right
};

// "text is "": use 1 to 1000 characters", for one line of a log or a terminal.
std::string to_string(const FieldFault& fault);

// Characters are code points. Beyond these a greeting is refused, whoever it comes from.
struct GreetingLimits {
  static constexpr std::size_t text = 1000;
  static constexpr std::size_t description = 1000;
  static constexpr std::size_t language = 35; // bytes; RFC 5646, 4.4.1
  static constexpr std::size_t tags = 16;
  static constexpr std::size_t tag = 63; // a tag is made of a-z, 0-9, '.', '_' and '-'
};

// Of a-z, 0-9, '.', '_' and '-', within the limit.
bool is_tag(std::string_view text);

// Every rule of the domain; empty: the greeting is sound. The one place that knows them, for configuration, API and
// all else.
std::vector<FieldFault> check(const Greeting& greeting);

} // namespace greeter
