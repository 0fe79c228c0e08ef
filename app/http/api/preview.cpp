// What customers see at a time, and over a span of time.
#include "greeting/greeting_json.hpp"
#include "greeting/schedule.hpp"
#include "http/api/context.hpp"

#include <algorithm>

namespace greeter::api {

namespace {

using nlohmann::ordered_json;

constexpr auto longest_span = std::chrono::hours(24 * 400);
constexpr auto usual_span = std::chrono::hours(24 * 30);
constexpr Timestamp latest = std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1) - std::chrono::milliseconds(1);
constexpr std::size_t most_segments = 1000;
constexpr std::size_t longest_field = 1000; // bytes
constexpr auto patience = std::chrono::milliseconds(300);

ordered_json or_null(const std::optional<Timestamp>& time) {
  return time ? ordered_json(to_text(*time)) : ordered_json();
}

Timestamp time_in(Query& query, std::string_view name, Timestamp otherwise) {
  const auto text = query.take(name);
  if (!text) return otherwise;
  const auto time = parse_time(*text);
  if (!time) query.fault(name, *text, "use an RFC 3339 time like 2026-12-24T00:00:00Z");
  return time.value_or(otherwise);
}

std::string languages_in(Query& query) {
  auto text = query.take("language").value_or("");
  if (text.size() > longest_field) query.fault("language", text, "use at most 1000 bytes");
  return text;
}

Response json(const ordered_json& body) {
  return {.body = body.dump() + "\n", .fields = "Cache-Control: no-store\r\n"};
}

} // namespace

Response preview(const Context& context, const Request& request) {
  Query query(request.frame.query);
  const auto at = time_in(query, "at", now());
  const auto languages = languages_in(query);
  if (auto refused = query.refusal("at, language")) return std::move(*refused);
  const auto& customer = request.customer();
  const auto greetings = context.board.greetings(customer.id);
  const auto chosen = due_at(at, greetings).choose(languages);
  return json({{"at", to_text(at)},
               {"response", chosen ? chosen->text : customer.greeting},
               {"greeting", chosen ? to_json(*chosen) : ordered_json()},
               {"next_change", or_null(next_change(at, greetings))},
               {"customer", customer.id},
               {"text", customer.greeting}});
}

Response timeline(const Context& context, const Request& request) {
  Query query(request.frame.query);
  const auto from = time_in(query, "from", now());
  auto until = time_in(query, "until", std::min<Timestamp>(from + usual_span, latest));
  const auto languages = languages_in(query);
  if (until <= from || until - from > longest_span)
    query.fault("until", to_text(until), "choose a time after `from`, and at most 400 days after it");
  if (auto refused = query.refusal("from, until, language")) return std::move(*refused);
  const auto& customer = request.customer();
  const auto greetings = context.board.greetings(customer.id);

  auto segments = ordered_json::array();
  GreetingPtr before;
  const auto deadline =
      Clock::now() + patience; // others wait for this thread: what has no time is left out, and `until` says so
  for (auto time = from; time < until;) {
    const auto chosen = due_at(time, greetings).choose(languages);
    const auto next = next_change(time, greetings);
    const auto end = next ? std::min(*next, until) : until;
    if (!segments.empty() && chosen == before) segments.back()["until"] = to_text(end);
    else
      segments.push_back({{"from", to_text(time)},
                          {"until", to_text(end)},
                          {"response", chosen ? chosen->text : customer.greeting},
                          {"greeting_id", chosen ? ordered_json(chosen->id) : ordered_json()}});
    before = chosen;
    time = end;
    if (segments.size() == most_segments || Clock::now() > deadline) until = time;
  }
  return json({{"from", to_text(from)},
               {"until", to_text(until)},
               {"language", languages.empty() ? ordered_json() : ordered_json(languages)},
               {"segments", std::move(segments)}});
}

} // namespace greeter::api
