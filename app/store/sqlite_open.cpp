#include "store/files.hpp"
#include "store/sqlite_rows.hpp"
#include "store/sqlite_schema.hpp"
#include "store/sqlite_store.hpp"

#include <array>
#include <filesystem>
#include <system_error>

namespace greeter {

namespace {

// synchronous=FULL: every commit waits until the log is on the disk. The log is moved into the file when it has grown
// to 16 MiB: seldom enough for long bursts, and a file system writes over the same blocks meanwhile, without growing.
constexpr const char* writer_settings =
    "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = OFF;"
    "PRAGMA wal_autocheckpoint = 4096; PRAGMA journal_size_limit = 67108864;"
    "PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY";

} // namespace

Result<std::unique_ptr<Store>> SqliteStore::open(const std::string& file, const StoreOptions& options) {
  const auto path = plain_path(file);
  auto lock = FileLock::take(path, options.wait);
  if (!lock) return lock.error();
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(lock.value()), options));
  if (auto error = store->connect(path)) return *error;
  return std::unique_ptr<Store>(std::move(store));
}

std::optional<Error> SqliteStore::connect(const std::string& file) {
  std::error_code unknown;
  const auto status = std::filesystem::status(file, unknown);
  if (status.type() == std::filesystem::file_type::not_found) {
    if (auto error = create_file(file)) return error; // SQLite gives the files beside it the same mode
  } else if (status.type() != std::filesystem::file_type::regular) {
    return Error{ErrorCode::invalid, file + " is no file: name one for the store"};
  }
  auto writer = sqlite::Connection::open(file, sqlite::Connection::Mode::write);
  if (!writer) return writer.error();
  writer_ = std::move(writer.value());
  if (auto error = sqlite::check_belongs(writer_, file)) return error;
  const auto mode = writer_.text("PRAGMA journal_mode = WAL");
  if (!mode) return mode.error();
  if (mode.value() != "wal")
    return Error{ErrorCode::unavailable, file + " can't have a write-ahead log: its file system has no shared memory"};
  if (!writer_.run(writer_settings)) return writer_.error();
  if (auto error = sqlite::migrate(writer_)) return error;
  if (auto error = sqlite::check_sound(writer_, file)) return error;
  auto reader = sqlite::Connection::open(file, sqlite::Connection::Mode::read);
  if (!reader) return reader.error();
  reader_ = std::move(reader.value());
  return prepare();
}

std::optional<Error> SqliteStore::prepare() {
  struct Prepared {
    sqlite::Connection& connection;
    sqlite::Statement& statement;
    std::string sql;
  };
  const std::string greeting = sqlite::greeting_columns;
  const std::string state = "SELECT sequence, time, forgotten FROM store";
  const std::array all{
      Prepared{writer_, find_, "SELECT " + greeting + " FROM greetings WHERE customer = ?1 AND id = ?2"},
      Prepared{writer_, put_,
               "REPLACE INTO greetings (customer, " + greeting +
                   ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"},
      Prepared{writer_, erase_, "DELETE FROM greetings WHERE customer = ?1 AND id = ?2"},
      Prepared{writer_, log_change_,
               "INSERT INTO changes (sequence, kind, time, customer, " + greeting +
                   ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"},
      Prepared{writer_, written_state_, state},
      Prepared{writer_, set_state_, "UPDATE store SET sequence = ?1, time = ?2, forgotten = ?3"},
      Prepared{writer_, first_since_, "SELECT sequence FROM changes WHERE time >= ?1 ORDER BY sequence LIMIT 1"},
      Prepared{writer_, forget_, "DELETE FROM changes WHERE sequence <= ?1"},
      Prepared{writer_, set_source_, // one row, unless the batch was counted before
               "INSERT INTO visit_sources VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET number = excluded.number,"
               " day = excluded.day WHERE excluded.number > number RETURNING 1"},
      Prepared{writer_, count_,
               "INSERT INTO visits VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET count = count + excluded.count"},
      Prepared{writer_, fold_days_,
               "INSERT INTO visits SELECT customer, ?1, greeting, sum(count) FROM visits WHERE day > ?1 AND day < ?2"
               " GROUP BY customer, greeting ON CONFLICT DO UPDATE SET count = count + excluded.count"},
      Prepared{writer_, forget_days_, "DELETE FROM visits WHERE day > ?1 AND day < ?2"},
      Prepared{writer_, forget_sources_, "DELETE FROM visit_sources WHERE day < ?1"},
      Prepared{reader_, visits_, "SELECT day, greeting, count FROM visits WHERE customer = ?1 ORDER BY day, greeting"},
      Prepared{reader_, all_, "SELECT customer, " + greeting + " FROM greetings ORDER BY customer, id"},
      Prepared{reader_, changes_,
               "SELECT sequence, kind, " + greeting +
                   " FROM changes WHERE customer = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3"},
      Prepared{reader_, read_state_, state}};
  for (const auto& [connection, statement, sql] : all) {
    auto prepared = connection.prepare(sql);
    if (!prepared) return prepared.error();
    statement = std::move(prepared.value());
  }
  return {};
}

} // namespace greeter
