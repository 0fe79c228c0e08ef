// How often greetings were given.
#include "base/text.hpp"
#include "base/time.hpp"
#include "http/api/context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace greeter::api {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t usual_days = 30, most_days = 400;
constexpr std::size_t most_greetings = 1'000;

std::size_t days_in(Query& query) {
  const auto text = query.take("days");
  if (!text) return usual_days;
  const auto days = parse_number(*text).value_or(0);
  if (days < 1 || days > most_days)
    query.fault("days", *text, fmt::format("use a whole number from 1 to {}", most_days));
  return days;
}

// The last `count` days until today, those without a visit, too.
ordered_json days_of(std::span<const Visits> all, std::size_t count) {
  const auto today = std::chrono::floor<std::chrono::days>(now());
  const auto first = today - std::chrono::days(count - 1);
  std::vector<std::uint64_t> counts(count);
  for (const auto& visits : all)
    if (visits.day >= first && visits.day <= today)
      counts[static_cast<std::size_t>((visits.day - first).count())] += visits.count;
  auto days = ordered_json::array();
  auto day = first;
  for (const auto number : counts) {
    days.push_back({{"day", to_text(day).substr(0, std::string_view("2026-11-22").size())}, {"count", number}});
    day += std::chrono::days(1);
  }
  return days;
}

// Those that were given most, first.
ordered_json greetings_of(std::span<const Visits> all) {
  std::map<std::string_view, std::uint64_t> counts;
  for (const auto& visits : all) counts[visits.greeting] += visits.count;
  std::vector<std::pair<std::string_view, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  if (sorted.size() > most_greetings) sorted.resize(most_greetings);
  auto greetings = ordered_json::array();
  for (const auto& [id, count] : sorted) greetings.push_back({{"id", id}, {"count", count}});
  return greetings;
}

} // namespace

Response visits(const Context& context, const Request& request, const std::optional<Error>& trouble) {
  Query query(request.frame.query);
  const auto days = days_in(query);
  if (auto refused = query.refusal("days")) return std::move(*refused);
  const auto found = trouble ? Result<std::vector<Visits>>(*trouble) : context.store->visits(request.customer().id);
  if (!found)
    return problem(503, "The store can't say now how often greetings were given; they are counted all the same.");
  std::uint64_t total = 0;
  for (const auto& each : found.value()) total += each.count;
  const ordered_json body{
      {"total", total}, {"days", days_of(found.value(), days)}, {"greetings", greetings_of(found.value())}};
  return {.body = body.dump() + "\n", .fields = "Cache-Control: no-store\r\n"};
}

} // namespace greeter::api
