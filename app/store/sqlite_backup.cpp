#include "store/sqlite_backup.hpp"

#include "store/file_lock.hpp"
#include "store/files.hpp"
#include "store/sqlite_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>

#include <unistd.h>

namespace greeter {

namespace {

using sqlite::Connection;

// Added where the replaced file can't tell how far it had counted: more changes than it can have had since the backup.
// Far from 2^53, beyond which JavaScript's numbers have gaps.
constexpr std::uint64_t leap = 1'000'000'000;

// A file that is a store's, of a version that we know, and not empty.
Result<Connection> open_store_file(const std::string& file, Connection::Mode mode) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored))
    return Error{ErrorCode::invalid, fmt::format("there is no file {}", file)};
  auto connection = Connection::open(file, mode);
  if (!connection) return connection;
  if (auto error = sqlite::check_belongs(connection.value(), file)) return *error;
  const auto version = connection.value().number("PRAGMA user_version");
  if (!version) return version.error();
  if (version.value() == 0) return Error{ErrorCode::invalid, fmt::format("{} is empty: it holds no store", file)};
  return connection;
}

// All of it as of one moment. Writers go on meanwhile.
std::optional<Error> copy(Connection& source, Connection& target) {
  auto* const backup = sqlite3_backup_init(target.handle(), "main", source.handle(), "main");
  if (!backup) return target.error();
  sqlite3_backup_step(backup, -1);
  if (sqlite3_backup_finish(backup) != SQLITE_OK) return target.error();
  return {};
}

// A copy of `source` in a new file, for `finish` to complete; checked, and in need of no other file beside it.
template <class Finish> std::optional<Error> copy_to_file(Connection& source, const std::string& file, Finish finish) {
  if (auto error = create_file(file)) return error;
  auto target = Connection::open(file, Connection::Mode::write);
  if (!target) return target.error();
  if (auto error = copy(source, target.value())) return error;
  if (!target.value().run("PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE")) return target.value().error();
  if (auto error = finish(target.value())) return error;
  return sqlite::check_sound(target.value(), file, sqlite::Thorough::yes);
}

// How far the file that is to be replaced has counted, with its log moved into it. Nothing: it can't tell.
Result<std::optional<std::uint64_t>> counted(const std::string& file) {
  std::optional<std::uint64_t> unknown;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return unknown;
  auto connection = Connection::open(file, Connection::Mode::write);
  if (!connection) return unknown;
  const auto application = connection.value().number("PRAGMA application_id");
  if (application && application.value() != 0 && application.value() != sqlite::application_id)
    return Error{ErrorCode::invalid, fmt::format("{} is a database of another program: it stays as it is", file)};
  const auto sequence = connection.value().number("SELECT sequence FROM store");
  if (!sequence) return unknown;
  // Other programs that read it may be in the way for as long as they like; replace() takes the log along then.
  connection.value().run("PRAGMA busy_timeout = 500; PRAGMA wal_checkpoint(TRUNCATE)");
  return std::optional(static_cast<std::uint64_t>(sequence.value()));
}

// Clients hold revisions and sequences of the file that is replaced, perhaps of another store's. None of them may mean
// anything else now: every greeting gets a new revision beyond them, and the change log begins anew, so that whoever
// asks for what came after one of them is told to read everything.
std::optional<Error> renumber(Connection& connection, std::optional<std::uint64_t> counted) {
  const auto own = connection.number("SELECT sequence FROM store");
  if (!own) return own.error();
  const auto backed_up = static_cast<std::uint64_t>(own.value());
  const auto beyond = counted ? std::max(*counted, backed_up) : backed_up + leap;
  const auto statements = fmt::format(
      "BEGIN; DELETE FROM changes;"
      "UPDATE greetings SET revision = {0} + n FROM (SELECT customer c, id i, row_number() OVER (ORDER BY revision) n"
      "  FROM greetings) WHERE customer = c AND id = i;"
      "UPDATE store SET sequence = {0} + 1 + (SELECT count(*) FROM greetings);"
      "UPDATE store SET forgotten = sequence; COMMIT",
      beyond);
  if (!connection.run(statements.c_str())) return connection.error();
  return {};
}

// FILE.before-restore, or FILE.before-restore-2 and so on where an earlier restore has left one.
std::string name_of_replaced(const std::string& file) {
  auto first = file + ".before-restore";
  std::error_code ignored;
  if (!std::filesystem::exists(first, ignored)) return first;
  for (int n = 2;; ++n)
    if (auto name = fmt::format("{}-{}", first, n); !std::filesystem::exists(name, ignored)) return name;
}

// There is a whole file of that name at every moment. The old log, which would be taken for the new file's, goes first;
// mostly there is none, for counted() has moved it into the file.
std::optional<Error> replace(const std::string& file, const std::string& by) {
  std::error_code error, ignored;
  if (std::filesystem::exists(file, ignored)) {
    const auto kept = name_of_replaced(file);
    std::filesystem::create_hard_link(file, kept, error);
    if (!error && std::filesystem::exists(file + "-wal", ignored))
      std::filesystem::rename(file + "-wal", kept + "-wal", error);
    std::filesystem::remove(file + "-shm", ignored);
  }
  if (!error) std::filesystem::rename(by, file, error);
  if (!error && sync_folder_of(file)) return {};
  return Error{ErrorCode::unavailable, fmt::format("{} can't be replaced: {}", file, error.message())};
}

} // namespace

Result<std::uint64_t> back_up_sqlite(const std::string& store, const std::string& file) {
  std::error_code error;
  const auto target = plain_path(file);
  if (std::filesystem::exists(target, error))
    return Error{ErrorCode::unavailable, fmt::format("{} is there already: name a new file", target)};
  auto source = open_store_file(plain_path(store), Connection::Mode::write);
  if (!source) return source.error();
  const TemporaryFile partial(fmt::format("{}.{}.partial", target, ::getpid()));
  if (auto fault = copy_to_file(source.value(), partial.path(), [](Connection&) { return std::optional<Error>(); }))
    return *fault;
  const auto size = std::filesystem::file_size(partial.path(), error);
  if (auto fault = rename_to_new(partial.path(), target)) return *fault;
  return std::uint64_t{size};
}

Result<std::size_t> restore_sqlite(const std::string& store, const std::string& file) {
  const auto target = plain_path(store), backup = plain_path(file);
  if (target == backup) return Error{ErrorCode::invalid, fmt::format("{} is the store itself, not a backup", file)};
  const auto lock = FileLock::take(target);
  if (!lock) return lock.error();
  auto source = open_store_file(backup, Connection::Mode::read);
  if (!source) return source.error();
  if (auto error = sqlite::check_sound(source.value(), backup, sqlite::Thorough::yes)) return *error;
  const auto known = counted(target);
  if (!known) return known.error();
  const TemporaryFile restoring(target + ".restoring");
  std::size_t greetings = 0;
  const auto finish = [&](Connection& copied) -> std::optional<Error> {
    if (auto error = sqlite::migrate(copied)) return error;
    if (auto error = renumber(copied, known.value())) return error;
    const auto count = copied.number("SELECT count(*) FROM greetings");
    if (!count) return count.error();
    greetings = static_cast<std::size_t>(count.value());
    return {};
  };
  if (auto error = copy_to_file(source.value(), restoring.path(), finish)) return *error;
  if (auto error = replace(target, restoring.path())) return *error;
  return greetings;
}

} // namespace greeter
