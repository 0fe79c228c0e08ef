#include "http/api/json_text.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <set>
#include <string>
#include <vector>

namespace greeter::api {

Result<nlohmann::json> parse_json(std::string_view text, int deepest) {
  using nlohmann::json;
  std::vector<std::set<std::string>> members;
  std::string twice;
  bool deep = false;
  const auto watch = [&](int depth, json::parse_event_t event, json& value) {
    deep |= depth > deepest;
    if (event == json::parse_event_t::object_start) members.emplace_back();
    else if (event == json::parse_event_t::object_end) members.pop_back();
    else if (event == json::parse_event_t::key && !members.back().insert(value.get<std::string>()).second &&
             twice.empty())
      twice = value.get<std::string>();
    return !deep;
  };
  try {
    auto parsed = json::parse(text, watch);
    if (!twice.empty())
      return Error{ErrorCode::invalid,
                   fmt::format("the member {} stands twice; keep one", in_quotes(twice.substr(0, 80)))};
    if (!deep) return parsed;
  } catch (const json::parse_error& e) {
    if (!deep)
      return Error{ErrorCode::invalid, text.empty() ? std::string("there is no body; send JSON")
                                                    : fmt::format("it is no JSON from byte {} on", e.byte)};
  } catch (const json::exception&) { // a number that no double holds
    return Error{ErrorCode::invalid, "it holds a number that is out of range"};
  }
  return Error{ErrorCode::invalid, fmt::format("it is nested more than {} deep", deepest)};
}

} // namespace greeter::api
