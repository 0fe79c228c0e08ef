#include "store/sqlite_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace greeter::sqlite {

namespace {

// Times are milliseconds since 1970, in UTC. tags is a JSON array.
// state has one row. `time` is that of the last change; the change log has every change after `forgotten`.
constexpr const char* version_1 = R"sql(
CREATE TABLE greetings (
  customer TEXT NOT NULL, id TEXT NOT NULL,
  text TEXT NOT NULL, description TEXT NOT NULL, language TEXT NOT NULL, tags TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'active', 'retired')),
  starts_at INTEGER, ends_at INTEGER,
  revision INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  PRIMARY KEY (customer, id)) STRICT, WITHOUT ROWID;
CREATE TABLE changes (
  sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('put', 'erase')), time INTEGER NOT NULL,
  customer TEXT NOT NULL, id TEXT NOT NULL,
  text TEXT NOT NULL, description TEXT NOT NULL, language TEXT NOT NULL, tags TEXT NOT NULL,
  state TEXT NOT NULL, starts_at INTEGER, ends_at INTEGER,
  revision INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE INDEX changes_of_customer ON changes (customer, sequence);
CREATE TABLE store (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  sequence INTEGER NOT NULL, time INTEGER NOT NULL, forgotten INTEGER NOT NULL) STRICT;
INSERT INTO store VALUES (1, 0, 0, 0);
)sql";

// Greetings that were given; days are counted since 1970, in UTC. Of each instance that has counted, its last batch.
constexpr const char* version_2 = R"sql(
CREATE TABLE visits (
  customer TEXT NOT NULL, day INTEGER NOT NULL, greeting TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (customer, day, greeting)) STRICT, WITHOUT ROWID;
CREATE TABLE visit_sources (
  source TEXT PRIMARY KEY NOT NULL, number INTEGER NOT NULL, day INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)sql";

constexpr std::array steps_of_schema{version_1, version_2};

} // namespace

std::span<const char* const> schema_steps() { return steps_of_schema; }

std::optional<Error> check_belongs(const Connection& connection, const std::string& file,
                                   std::span<const char* const> steps) {
  const auto application = connection.number("PRAGMA application_id");
  if (!application) return application.error();
  const auto version = connection.number("PRAGMA user_version");
  if (!version) return version.error();
  const auto tables = connection.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  const bool empty = application.value() == 0 && version.value() == 0 && tables.value() == 0;
  if (application.value() != application_id && !empty)
    return Error{ErrorCode::invalid,
                 fmt::format("{} is a database of another program: name another file for the store", file)};
  const auto newest = static_cast<std::int64_t>(steps.size());
  if (version.value() < 0 || version.value() > newest)
    return Error{ErrorCode::invalid,
                 fmt::format("{} has version {}, and this greeter knows versions up to {}: use the newer greeter that "
                             "wrote it, or bring back an older backup with greeter restore BACKUP",
                             file, version.value(), newest)};
  return {};
}

std::optional<Error> migrate(Connection& connection, std::span<const char* const> steps) {
  const auto version = connection.number("PRAGMA user_version");
  if (!version) return version.error();
  if (std::cmp_equal(version.value(), steps.size())) return {};
  Transaction transaction(connection);
  if (!transaction.begin("BEGIN EXCLUSIVE")) return connection.error();
  for (const auto* const step : steps.subspan(static_cast<std::size_t>(version.value())))
    if (!connection.run(step)) return connection.error();
  const auto header = fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", application_id, steps.size());
  if (!connection.run(header.c_str()) || !transaction.commit()) return connection.error();
  return {};
}

std::optional<Error> check_sound(const Connection& connection, const std::string& file, Thorough thorough) {
  auto found = connection.text(thorough == Thorough::yes ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)");
  if (!found) return found.error();
  std::replace(found.value().begin(), found.value().end(), '\n', ' ');
  if (found.value() == "ok") return {};
  return Error{ErrorCode::invalid,
               fmt::format("{} is damaged ({}): bring back a backup with greeter restore BACKUP", file, found.value())};
}

} // namespace greeter::sqlite
