#include "cli/greeting_edit.hpp"

#include "base/text.hpp"
#include "cli/width.hpp"
#include "cli/yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace greeter {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 7> members{"text",  "description", "language", "tags",
                                                  "state", "starts_at",   "ends_at"};

Json list_of(std::string_view items) {
  auto list = Json::array();
  while (!items.empty()) {
    const auto end = std::min(items.find(','), items.size());
    if (end > 0) list.push_back(items.substr(0, end));
    items.remove_prefix(std::min(end + 1, items.size()));
  }
  return list;
}

} // namespace

nlohmann::ordered_json editable(const nlohmann::ordered_json& greeting) {
  auto content = Json::object();
  for (const auto name : members)
    if (const auto found = greeting.find(name); found != greeting.end()) content[std::string(name)] = *found;
  return content;
}

std::string edit_text(const nlohmann::ordered_json& content, const std::vector<std::string>& comments) {
  std::string text;
  for (const auto& comment : comments) text += "# " + one_line(comment) + "\n";
  return text + to_yaml(content);
}

Result<nlohmann::ordered_json> patch_of(const std::vector<std::string>& assignments) {
  auto patch = Json::object();
  for (const auto& assignment : assignments) {
    const auto equals = assignment.find('=');
    const auto name = assignment.substr(0, equals);
    if (equals == std::string::npos || std::find(members.begin(), members.end(), name) == members.end()) {
      const auto meant = nearest(name, members);
      return Error{ErrorCode::invalid,
                   fmt::format("--set {} sets nothing: write one of {} and =VALUE{}", in_quotes(assignment),
                               fmt::join(members, ", "),
                               meant.empty() || meant == name ? "" : fmt::format("; did you mean {}?", meant))};
    }
    const auto value = assignment.substr(equals + 1);
    const bool nullable = name == "language" || name == "starts_at" || name == "ends_at";
    if (name == "tags") patch[name] = list_of(value);
    else if (nullable && value.empty()) patch[name] = nullptr;
    else patch[name] = value;
  }
  return patch;
}

} // namespace greeter
