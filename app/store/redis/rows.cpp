#include "store/redis/rows.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace greeter::redis {

namespace {

using nlohmann::json;

json time(const std::optional<Timestamp>& time) { return time ? json(time->time_since_epoch().count()) : json(); }

std::optional<Timestamp> time_at(const json& content, const char* name) {
  const auto value = content.find(name);
  if (value == content.end() || !value->is_number_integer()) return {};
  return Timestamp(std::chrono::milliseconds(value->get<std::int64_t>()));
}

std::string text_at(const json& content, const char* name) {
  const auto value = content.find(name);
  return value != content.end() && value->is_string() ? value->get<std::string>() : std::string();
}

bool read_content(Greeting& greeting, std::string_view text) {
  const auto content = json::parse(text, nullptr, false);
  const auto tags = content.is_object() ? content.find("tags") : content.end();
  if (!content.is_object() || tags == content.end() || !tags->is_array()) return false;
  const auto state = std::find(state_names.begin(), state_names.end(), text_at(content, "state"));
  if (state == state_names.end()) return false;
  greeting.text = text_at(content, "text");
  greeting.description = text_at(content, "description");
  greeting.language = text_at(content, "language");
  for (const auto& tag : *tags)
    if (tag.is_string()) greeting.tags.push_back(tag.get<std::string>());
  greeting.state = static_cast<State>(state - state_names.begin());
  greeting.starts_at = time_at(content, "starts_at");
  greeting.ends_at = time_at(content, "ends_at");
  return true;
}

// The number that `text` begins with; takes it and the blank behind it off.
std::optional<std::uint64_t> take_number(std::string_view& text, char end) {
  const auto at = text.find(end);
  if (at == std::string_view::npos) return {};
  const auto number = parse_number(text.substr(0, at));
  text.remove_prefix(at + 1);
  return number;
}

Timestamp moment(std::uint64_t milliseconds) {
  return Timestamp(std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds)));
}

std::optional<Change> change_at(const Reply& entry) {
  if (entry.items.size() != 2 || entry.items[1].items.size() != 8) return {};
  const auto& fields = entry.items[1].items; // in the order in which the script names them
  std::string_view id = entry.items[0].text;
  const auto sequence = take_number(id, '-');
  auto stored = stored_at(fields[3].text, fields[5].text);
  if (!sequence || !stored) return {};
  return Change{*sequence, fields[1].text == "put" ? Write::Kind::put : Write::Kind::erase, std::move(stored->customer),
                std::move(stored->greeting)};
}

} // namespace

std::string key_of(const std::string& customer, const std::string& id) { return customer + '/' + id; }

std::string content_of(const Greeting& greeting) {
  return json{{"text", greeting.text},
              {"description", greeting.description},
              {"language", greeting.language},
              {"tags", greeting.tags},
              {"state", state_names.at(static_cast<std::size_t>(greeting.state))},
              {"starts_at", time(greeting.starts_at)},
              {"ends_at", time(greeting.ends_at)}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<StoredGreeting> stored_at(std::string_view key, std::string_view value) {
  const auto slash = key.find('/');
  const auto revision = take_number(value, ' ');
  const auto created = take_number(value, ' ');
  const auto updated = take_number(value, ' ');
  StoredGreeting stored;
  if (slash == std::string_view::npos || !revision || !created || !updated || !read_content(stored.greeting, value))
    return {};
  stored.customer = key.substr(0, slash);
  stored.greeting.id = key.substr(slash + 1);
  stored.greeting.revision = *revision;
  stored.greeting.created_at = moment(*created);
  stored.greeting.updated_at = moment(*updated);
  return stored;
}

std::vector<Change> changes_in(const Reply& entries) {
  std::vector<Change> changes;
  changes.reserve(entries.items.size());
  for (const auto& entry : entries.items)
    if (auto change = change_at(entry)) changes.push_back(std::move(*change));
  return changes;
}

std::string entry_id(std::uint64_t sequence) { return fmt::format("{}-0", sequence); }

std::string day_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", int{date.year()}, unsigned{date.month()}, unsigned{date.day()});
}

std::string visits_field(const Visits& visits) { return day_text(visits.day) + '/' + visits.greeting; }

std::optional<Visits> visits_at(const std::string& customer, std::string_view field, std::string_view count) {
  const auto number = parse_number(count);
  const auto year = take_number(field, '-');
  const auto month = take_number(field, '-');
  const auto day = take_number(field, '/');
  if (!number || !year || !month || !day) return {};
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return {};
  return Visits{customer, std::string(field), std::chrono::sys_days(date), *number};
}

} // namespace greeter::redis
