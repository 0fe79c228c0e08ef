// The list of greetings: filtered, sorted, page by page.
#include "base/text.hpp"
#include "greeting/greeting_json.hpp"
#include "greeting/language.hpp"
#include "greeting/schedule.hpp"
#include "http/api/context.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <limits>

namespace greeter::api {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t longest_pattern = 500; // bytes
constexpr int largest_program = 4'000;       // of RE2
constexpr auto patience = std::chrono::milliseconds(300);
constexpr std::uint64_t most_items = 1000;
constexpr std::string_view known = "pattern, tag, state, language, due, sort, limit, cursor";

struct Filter {
  std::unique_ptr<RE2> pattern;
  std::vector<std::string> tags;
  std::optional<State> state;
  std::optional<std::string> language; // in lower case
  std::optional<Timestamp> due;

  bool takes(const Greeting& g) const {
    if (state && g.state != *state) return false;
    if (language && to_lower(g.language) != *language) return false;
    if (due && !is_due(g, *due)) return false;
    for (const auto& tag : tags)
      if (std::find(g.tags.begin(), g.tags.end(), tag) == g.tags.end()) return false;
    return !pattern || RE2::PartialMatch(g.id, *pattern) || RE2::PartialMatch(g.text, *pattern) ||
           RE2::PartialMatch(g.description, *pattern);
  }
};

std::unique_ptr<RE2> compiled(Query& query, const std::string& text) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1'048'576);
  auto pattern = std::make_unique<RE2>(text, options);
  if (text.size() > longest_pattern) query.fault("pattern", text, fmt::format("use at most {} bytes", longest_pattern));
  else if (!pattern->ok())
    query.fault("pattern", text, fmt::format("it is no RE2 expression: {}", in_quotes(pattern->error())));
  else if (pattern->ProgramSize() > largest_program)
    query.fault("pattern", text, "it stands for too much: repeat less");
  else return pattern;
  return nullptr;
}

Filter filter_in(Query& query) {
  Filter filter;
  if (const auto text = query.take("pattern")) filter.pattern = compiled(query, *text);
  filter.tags = query.take_all("tag");
  for (const auto& tag : filter.tags)
    if (!is_tag(tag)) query.fault("tag", tag, "a tag is made of a-z, 0-9, '.', '_' and '-'");
  if (const auto text = query.take("state")) {
    const auto* const found = std::find(state_names.begin(), state_names.end(), *text);
    if (found == state_names.end()) query.fault("state", *text, "use draft, active or retired");
    else filter.state = static_cast<State>(found - state_names.begin());
  }
  if (const auto text = query.take("language")) {
    filter.language = to_lower(*text);
    if (!text->empty() && !is_language_tag(*text))
      query.fault("language", *text, "use a language tag like de or de-AT");
  }
  if (const auto text = query.take("due")) {
    filter.due = *text == "now" ? now() : parse_time(*text);
    if (!filter.due) query.fault("due", *text, "use now, or an RFC 3339 time like 2026-12-24T00:00:00Z");
  }
  return filter;
}

// Where a greeting stands in the order: its time or 0, then its id.
struct Key {
  std::int64_t time;
  std::string_view id;
  auto operator<=>(const Key&) const = default;
};

struct Order {
  std::string name = "id"; // as the parameter has it
  bool descending = false;

  Key key(const Greeting& g) const {
    const auto by = std::string_view(name).substr(descending ? 1 : 0);
    const auto time = by == "updated_at" ? g.updated_at : by == "starts_at" ? g.starts_at : std::optional<Timestamp>();
    const auto none = by == "id" ? 0 : std::numeric_limits<std::int64_t>::min(); // no time: before all others
    return {time ? time->time_since_epoch().count() : none, g.id};
  }
  bool before(const Key& a, const Key& b) const { return descending ? b < a : a < b; }
};

Order order_in(Query& query) {
  constexpr std::array<std::string_view, 6> orders{"id", "-id", "updated_at", "-updated_at", "starts_at", "-starts_at"};
  Order order;
  if (const auto text = query.take("sort")) {
    if (std::find(orders.begin(), orders.end(), *text) == orders.end())
      query.fault("sort", *text, fmt::format("use {}", fmt::join(orders, ", ")));
    else order = {*text, text->starts_with('-')};
  }
  return order;
}

// A cursor names the order and the last item of the page: what changes in between neither hides nor doubles others.
std::string cursor_at(const Order& order, const Key& key) {
  return fmt::format("{}.{}.{}", order.name, key.time, key.id);
}

struct Position {
  std::int64_t time = 0;
  std::string id;
};

std::optional<Position> position_in(Query& query, const Order& order) {
  const auto text = query.take("cursor");
  if (!text) return {};
  const std::string_view cursor = *text;
  if (const auto dot = cursor.rfind('.'); cursor.starts_with(order.name + ".") && dot > order.name.size()) {
    const auto time = cursor.substr(order.name.size() + 1, dot - order.name.size() - 1);
    const bool negative = time.starts_with('-');
    const auto number = parse_number(time.substr(negative ? 1 : 0));
    const auto id = cursor.substr(dot + 1);
    if (number && *number <= std::uint64_t{1} << 63U && is_dns_label(id))
      return Position{static_cast<std::int64_t>(negative ? 0 - *number : *number), std::string(id)};
  }
  query.fault("cursor", *text, "use next_cursor of the page before, with the same sort");
  return {};
}

std::size_t limit_in(Query& query) {
  const auto text = query.take("limit");
  if (!text) return 100;
  const auto number = parse_number(*text);
  if (!number || *number < 1 || *number > most_items)
    query.fault("limit", *text, fmt::format("use a whole number from 1 to {}", most_items));
  return number.value_or(1);
}

std::string next_link(const Request& request, const std::string& cursor) {
  std::string link = "/api/v1/greetings?";
  for (const auto& [name, value] : query_parameters(request.frame.query).value_or(Parameters()))
    if (name != "cursor") link += percent_encoded(name) + "=" + percent_encoded(value) + "&";
  return fmt::format("Link: <{}cursor={}>; rel=\"next\"\r\n", link, percent_encoded(cursor));
}

} // namespace

Response list(const Context& context, const Request& request) {
  Query query(request.frame.query);
  const auto filter = filter_in(query);
  const auto order = order_in(query);
  const auto position = position_in(query, order);
  const auto limit = limit_in(query);
  if (auto refused = query.refusal(known)) return std::move(*refused);

  std::vector<GreetingPtr> found;
  const auto deadline = Clock::now() + patience; // others wait for this thread
  for (auto& greeting : context.board.greetings(request.customer().id)) {
    if (filter.takes(*greeting)) found.push_back(std::move(greeting));
    if (filter.pattern && Clock::now() > deadline)
      return faults_problem(400, {{{"pattern", in_quotes(filter.pattern->pattern()),
                                    "it takes too long on this table: make it simpler, or add another filter"}}});
  }
  std::sort(found.begin(), found.end(),
            [&](const auto& a, const auto& b) { return order.before(order.key(*a), order.key(*b)); });
  auto first = found.begin();
  if (position)
    first = std::find_if(found.begin(), found.end(),
                         [&](const auto& g) { return order.before({position->time, position->id}, order.key(*g)); });
  const auto last = first + std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(limit), found.end() - first);

  auto items = ordered_json::array();
  for (auto g = first; g != last; ++g) items.push_back(to_json(**g));
  Response response{.fields = "Cache-Control: no-store\r\n"};
  ordered_json body{{"items", std::move(items)}, {"next_cursor", nullptr}, {"total", found.size()}};
  if (last != found.end()) {
    const auto cursor = cursor_at(order, order.key(**std::prev(last)));
    body["next_cursor"] = cursor;
    response.fields += next_link(request, cursor);
  }
  response.body = body.dump() + "\n";
  return response;
}

} // namespace greeter::api
