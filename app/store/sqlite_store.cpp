#include "store/sqlite_store.hpp"

#include "store/rules.hpp"
#include "store/sqlite_rows.hpp"

#include <algorithm>
#include <array>

namespace greeter {

namespace {

constexpr std::array<std::string_view, 2> kind_names{"put", "erase"};
constexpr std::uint64_t purge_every = 64; // changes
// At once, besides twice as many as were added: lest a write take long after a quiet month.
constexpr std::uint64_t purge_most = 1'000;

// What the store says once it is open: the caller can only try again.
Error unavailable(Error error) { return {ErrorCode::unavailable, std::move(error.message)}; }

Error senseless_row() { return {ErrorCode::unavailable, "a row of the store makes no sense: bring back a backup"}; }

} // namespace

Result<Store::Contents> SqliteStore::load() {
  const std::lock_guard lock(read_mutex_);
  sqlite::Transaction transaction(reader_); // one moment for both questions
  State state;
  Contents contents;
  if (!transaction.begin("BEGIN") || !read_state(read_state_, state)) return unavailable(reader_.error());
  auto rows = all_.query();
  while (rows.next()) {
    auto greeting = sqlite::greeting_at(rows, 1);
    if (!greeting) return senseless_row();
    contents.greetings.push_back({std::string(rows.text(0)), std::move(*greeting)});
  }
  if (rows.failed()) return unavailable(reader_.error());
  contents.sequence = state.sequence;
  return contents;
}

Result<Store::History> SqliteStore::changes_after(const std::string& customer, std::uint64_t sequence,
                                                  std::size_t most) {
  const std::lock_guard lock(read_mutex_);
  sqlite::Transaction transaction(reader_);
  State state;
  if (!transaction.begin("BEGIN") || !read_state(read_state_, state)) return unavailable(reader_.error());
  History history;
  history.complete = sequence >= state.forgotten && sequence <= state.sequence;
  constexpr std::uint64_t largest = INT64_MAX; // of SQLite's numbers
  auto rows = changes_.query(customer, std::min(sequence, largest), std::min<std::uint64_t>(most, largest));
  while (rows.next()) {
    auto greeting = sqlite::greeting_at(rows, 2);
    if (!greeting) return senseless_row();
    const auto kind = rows.text(1) == kind_names[0] ? Write::Kind::put : Write::Kind::erase;
    history.changes.push_back({static_cast<std::uint64_t>(rows.number(0)), kind, customer, std::move(*greeting)});
  }
  if (rows.failed()) return unavailable(reader_.error());
  return history;
}

std::vector<Result<Change>> SqliteStore::write(std::span<const Write> writes) {
  const std::lock_guard lock(write_mutex_);
  std::vector<Result<Change>> results;
  results.reserve(writes.size());
  if (writes.empty()) return results;
  if (const auto error = transact(writes, results)) {
    results.assign(writes.size(), *error);
    return results;
  }
  std::vector<Change> changes;
  for (const auto& result : results)
    if (result && is_change(result.value().kind) && listener_.changed) changes.push_back(result.value());
  if (!changes.empty()) listener_.changed(changes);
  return results;
}

std::optional<Error> SqliteStore::transact(std::span<const Write> writes, std::vector<Result<Change>>& results) {
  sqlite::Transaction transaction(writer_);
  if (transaction.begin() && apply_all(writes, results, transaction)) return {};
  return unavailable(writer_.error());
}

bool SqliteStore::apply_all(std::span<const Write> writes, std::vector<Result<Change>>& results,
                            sqlite::Transaction& transaction) {
  State state;
  if (!read_state(written_state_, state)) return false;
  const auto before = state.sequence;
  state.time = time_after(state.time);
  for (const auto& write : writes)
    if (!apply(write, state, results)) return false;
  if (state.sequence == before) return true; // nothing but refusals
  if (state.sequence / purge_every != before / purge_every && !forget_old_changes(state, state.sequence - before))
    return false;
  return set_state_.run(state.sequence, state.time, state.forgotten) && transaction.commit();
}

bool SqliteStore::apply(const Write& write, State& state, std::vector<Result<Change>>& results) {
  Change change{state.sequence + 1, write.kind, write.customer, {}};
  const bool erase = write.kind == Write::Kind::erase;
  {
    auto rows = find_.query(write.customer, write.greeting.id);
    const bool found = rows.next();
    if (rows.failed()) return false;
    if (auto no = objection(write, found ? sqlite::revision_at(rows, 0) : 0)) {
      results.emplace_back(std::move(*no));
      return true;
    }
    if (write.kind == Write::Kind::confirm) {
      if (found) change.greeting = sqlite::greeting_at(rows, 0).value_or(write.greeting);
      change.sequence = change.greeting.revision;
      results.emplace_back(std::move(change));
      return true;
    }
    const auto created = found ? sqlite::created_at(rows, 0) : std::nullopt;
    change.greeting = erase ? sqlite::greeting_at(rows, 0).value_or(write.greeting)
                            : as_stored(write.greeting, change.sequence, created, state.time);
  }
  const auto& now = change.greeting;
  const bool done = erase ? erase_.run(write.customer, now.id)
                          : put_.run(write.customer, now.id, now.text, now.description, now.language,
                                     sqlite::tags_text(now.tags), state_names.at(static_cast<std::size_t>(now.state)),
                                     now.starts_at, now.ends_at, now.revision, now.created_at, now.updated_at);
  if (!done || !log(change, state.time)) return false;
  state.sequence = change.sequence;
  results.emplace_back(std::move(change));
  return true;
}

bool SqliteStore::log(const Change& change, Timestamp time) {
  const auto& greeting = change.greeting;
  return log_change_.run(change.sequence, kind_names.at(static_cast<std::size_t>(change.kind)), time, change.customer,
                         greeting.id, greeting.text, greeting.description, greeting.language,
                         sqlite::tags_text(greeting.tags), state_names.at(static_cast<std::size_t>(greeting.state)),
                         greeting.starts_at, greeting.ends_at, greeting.revision, greeting.created_at,
                         greeting.updated_at);
}

bool SqliteStore::forget_old_changes(State& state, std::uint64_t added) {
  auto forgotten = state.sequence - std::min<std::uint64_t>(state.sequence, options_.most_changes);
  {
    auto rows = first_since_.query(state.time - options_.changes_kept);
    const auto first_kept = rows.next() ? static_cast<std::uint64_t>(rows.number(0)) : state.sequence + 1;
    if (rows.failed()) return false;
    forgotten = std::max(forgotten, first_kept - 1);
  }
  forgotten = std::min(forgotten, state.forgotten + purge_most + 2 * added);
  if (forgotten <= state.forgotten) return true;
  state.forgotten = forgotten;
  return forget_.run(forgotten);
}

bool SqliteStore::read_state(sqlite::Statement& statement, State& state) {
  auto rows = statement.query();
  if (!rows.next()) return false;
  state.sequence = static_cast<std::uint64_t>(rows.number(0));
  state.time = rows.time(1).value_or(Timestamp{});
  state.forgotten = static_cast<std::uint64_t>(rows.number(2));
  return true;
}

void SqliteStore::listen(Listener listener) {
  const std::lock_guard lock(write_mutex_);
  listener_ = std::move(listener);
}

} // namespace greeter
