// How often greetings were given.
#include "store/rules.hpp"
#include "store/sqlite_store.hpp"

#include <algorithm>

namespace greeter {

namespace {

std::int64_t number_of(std::chrono::sys_days day) { return day.time_since_epoch().count(); }

Error unavailable(Error error) { return {ErrorCode::unavailable, std::move(error.message)}; }

} // namespace

std::optional<Error> SqliteStore::add(const VisitBatch& batch) {
  const std::lock_guard lock(write_mutex_);
  sqlite::Transaction transaction(writer_);
  const auto day = today();
  const bool new_day = day != folded_on_;
  if (!transaction.begin() || (new_day && !forget_old_days(day)) || !count(batch, day) || !transaction.commit())
    return unavailable(writer_.error());
  folded_on_ = day;
  return {};
}

bool SqliteStore::count(const VisitBatch& batch, std::chrono::sys_days day) {
  {
    auto rows = set_source_.query(batch.source, batch.number, number_of(day));
    bool is_new = false;
    while (rows.next()) is_new = true;
    if (rows.failed()) return false;
    if (!is_new) return true;
  }
  return std::all_of(batch.visits.begin(), batch.visits.end(), [&](const Visits& visits) {
    return count_.run(visits.customer, number_of(kept_day(visits.day, day)), visits.greeting, visits.count);
  });
}

bool SqliteStore::forget_old_days(std::chrono::sys_days day) {
  const auto first = number_of(first_day_kept(day)), old = number_of(long_ago);
  return fold_days_.run(old, first) && forget_days_.run(old, first) &&
         forget_sources_.run(number_of(day - sources_kept));
}

Result<std::vector<Visits>> SqliteStore::visits(const std::string& customer) {
  const std::lock_guard lock(read_mutex_);
  std::vector<Visits> all;
  auto rows = visits_.query(customer);
  while (rows.next())
    all.push_back({customer, std::string(rows.text(1)),
                   std::chrono::sys_days(std::chrono::days(static_cast<std::chrono::days::rep>(rows.number(0)))),
                   static_cast<std::uint64_t>(rows.number(2))});
  if (rows.failed()) return unavailable(reader_.error());
  return all;
}

} // namespace greeter
