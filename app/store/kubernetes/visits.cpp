#include "store/kubernetes/visits.hpp"

#include "base/text.hpp"
#include "store/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace greeter::kubernetes {

namespace {

constexpr auto sources_key = "_sources"; // no customer's id
// Of all counts together: etcd takes 1.5 MB, a ConfigMap 1 MiB.
constexpr std::size_t most_bytes = 900'000, enough_bytes = 800'000;

using Days = std::map<std::pair<std::chrono::sys_days, std::string>, std::uint64_t>;

std::string text_of(std::chrono::sys_days day) { return to_text(Timestamp(day)).substr(0, 10); }

std::optional<std::chrono::sys_days> day_of(const std::string& text) {
  const auto time = parse_time(text + "T00:00:00Z");
  return time ? std::optional(std::chrono::floor<std::chrono::days>(*time)) : std::nullopt;
}

Json parsed(const Json& data, const std::string& key) {
  const auto found = data.find(key);
  if (found == data.end() || !found->is_string()) return Json::object();
  auto value = Json::parse(found->get_ref<const std::string&>(), nullptr, false);
  if (!value.is_object()) value = Json::object();
  return value;
}

Days days_of(const Json& data, const std::string& customer) {
  Days days;
  const auto kept = parsed(data, customer);
  for (const auto& [name, greetings] : kept.items()) {
    const auto day = day_of(name);
    if (!day || !greetings.is_object()) continue;
    for (const auto& [id, number] : greetings.items())
      if (number.is_number_unsigned()) days[{*day, id}] += number.get<std::uint64_t>();
  }
  return days;
}

std::string text_of(const Days& days) {
  Json value = Json::object();
  for (const auto& [place, number] : days) value[text_of(place.first)][place.second] = number;
  return value.dump();
}

// Puts what lies before `first` together.
Days folded(const Days& days, std::chrono::sys_days first) {
  Days all;
  for (const auto& [place, number] : days) all[{place.first < first ? long_ago : place.first, place.second}] += number;
  return all;
}

// False: it counted this before.
bool is_new(Json& data, const VisitBatch& batch, std::chrono::sys_days today) {
  Json sources = Json::object();
  std::uint64_t last = 0;
  const auto known = parsed(data, sources_key);
  for (const auto& [source, value] : known.items()) {
    if (!value.is_array() || value.size() != 2 || !value[0].is_number_unsigned() || !value[1].is_string()) continue;
    if (source == batch.source) last = value[0].get<std::uint64_t>();
    const auto day = day_of(value[1].get<std::string>());
    if (day && *day >= today - sources_kept) sources[source] = value;
  }
  if (batch.number <= last) return false;
  sources[batch.source] = Json::array({batch.number, text_of(today)});
  data[sources_key] = sources.dump();
  return true;
}

// Gives up the smallest counts, those of long ago first, until there is room for a while.
std::size_t make_room(Json& data) {
  struct Count {
    bool is_recent;
    std::uint64_t number;
    std::string customer;
    Days::key_type place;
    std::size_t bytes() const { return place.second.size() + std::to_string(number).size() + 4; } // "ID":NUMBER,
  };
  std::vector<Count> all;
  for (const auto& [key, value] : data.items())
    if (key != sources_key)
      for (const auto& [place, number] : days_of(data, key))
        all.push_back({place.first != long_ago, number, key, place});
  std::sort(all.begin(), all.end(), [](const Count& a, const Count& b) {
    return std::tie(a.is_recent, a.number, a.place) < std::tie(b.is_recent, b.number, b.place);
  });
  std::map<std::string, Days> left;
  std::size_t given_up = 0, size = bytes(data);
  for (const auto& one : all) {
    auto& days = left[one.customer];
    if (size > enough_bytes) {
      size -= one.bytes();
      ++given_up;
    } else days[one.place] = one.number;
  }
  for (const auto& [customer, days] : left) data[customer] = text_of(days);
  return given_up;
}

} // namespace

std::size_t bytes(const Json& data) {
  std::size_t sum = 0;
  for (const auto& [key, value] : data.items())
    sum += key.size() + (value.is_string() ? value.get_ref<const std::string&>().size() : 0);
  return sum;
}

std::optional<std::size_t> count(Json& data, const VisitBatch& batch, std::chrono::sys_days today) {
  if (!is_new(data, batch, today)) return {};
  std::map<std::string, Days> touched;
  for (const auto& visits : batch.visits) {
    const auto [at, is_first] = touched.try_emplace(visits.customer);
    if (is_first) at->second = folded(days_of(data, visits.customer), first_day_kept(today));
    at->second[{kept_day(visits.day, today), visits.greeting}] += visits.count;
  }
  for (const auto& [customer, days] : touched) data[customer] = text_of(days);
  // Rather fewer days than none: each round of it keeps half of those.
  for (auto kept = visit_days_kept / 2; bytes(data) > most_bytes && kept.count() > 0; kept /= 2)
    for (auto& [key, value] : data.items())
      if (key != sources_key) value = text_of(folded(days_of(data, key), today - kept));
  return bytes(data) > most_bytes ? make_room(data) : 0;
}

std::vector<Visits> visits_of(const Json& data, const std::string& customer) {
  std::vector<Visits> all;
  for (const auto& [place, number] : days_of(data, customer))
    all.push_back({customer, place.second, place.first, number});
  return all;
}

} // namespace greeter::kubernetes
