#include "store/sqlite_rows.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace greeter::sqlite {

namespace {

bool read_tags(std::string_view text, std::vector<std::string>& tags) {
  if (text == "[]") return true; // most have none
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_array()) return false;
  for (const auto& tag : json) {
    if (!tag.is_string()) return false;
    tags.push_back(tag.get<std::string>());
  }
  return true;
}

} // namespace

std::string tags_text(const std::vector<std::string>& tags) {
  return tags.empty() ? "[]" : nlohmann::json(tags).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<Greeting> greeting_at(const Rows& rows, int column) {
  Greeting greeting;
  greeting.id = rows.text(column);
  greeting.text = rows.text(column + 1);
  greeting.description = rows.text(column + 2);
  greeting.language = rows.text(column + 3);
  if (!read_tags(rows.text(column + 4), greeting.tags)) return {};
  const auto* const state = std::find(state_names.begin(), state_names.end(), rows.text(column + 5));
  if (state == state_names.end()) return {};
  greeting.state = static_cast<State>(state - state_names.begin());
  greeting.starts_at = rows.time(column + 6);
  greeting.ends_at = rows.time(column + 7);
  greeting.revision = revision_at(rows, column);
  greeting.created_at = created_at(rows, column);
  greeting.updated_at = rows.time(column + 10);
  return greeting;
}

std::uint64_t revision_at(const Rows& rows, int column) { return static_cast<std::uint64_t>(rows.number(column + 8)); }

std::optional<Timestamp> created_at(const Rows& rows, int column) { return rows.time(column + 9); }

} // namespace greeter::sqlite
