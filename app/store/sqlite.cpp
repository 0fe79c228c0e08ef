#include "store/sqlite.hpp"

#include <fmt/format.h>

#include <system_error>

namespace greeter::sqlite {

namespace {

constexpr int patience_ms = 5000;

Error describe(const std::string& file, int code, int system_error, std::string_view message) {
  const auto reason = system_error == 0 ? std::string(message) : std::generic_category().message(system_error);
  switch (code) {
  case SQLITE_NOTADB:
    return {ErrorCode::invalid, fmt::format("{} is no SQLite database: name another file, or put a backup in its place "
                                            "with greeter restore BACKUP",
                                            file)};
  case SQLITE_CORRUPT:
    return {ErrorCode::invalid,
            fmt::format("{} is damaged ({}): bring back a backup with greeter restore BACKUP", file, message)};
  case SQLITE_FULL:
    return {ErrorCode::unavailable, fmt::format("{} can't grow: the disk is full; make room on it", file)};
  case SQLITE_READONLY:
    return {ErrorCode::unavailable,
            fmt::format("{} can't be written: make the file, its folder and the file system writable", file)};
  case SQLITE_BUSY:
    return {ErrorCode::unavailable, fmt::format("{} is locked by another program for too long: end that one", file)};
  case SQLITE_CANTOPEN:
    return {ErrorCode::unavailable,
            fmt::format("{} can't be opened ({}): look at its folder, its owner and its mode", file, reason)};
  case SQLITE_IOERR: return {ErrorCode::unavailable, fmt::format("{} can't be used: {}", file, reason)};
  default: return {ErrorCode::unavailable, fmt::format("{} can't be used: {}", file, message)};
  }
}

} // namespace

bool Rows::next() {
  if (failed_) return false;
  const int result = sqlite3_step(statement_);
  failed_ = result != SQLITE_ROW && result != SQLITE_DONE;
  return result == SQLITE_ROW;
}

std::string_view Rows::text(int column) const {
  const auto* const bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return bytes ? std::string_view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)))
               : std::string_view();
}

std::optional<Timestamp> Rows::time(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return {};
  return Timestamp(std::chrono::milliseconds(number(column)));
}

bool Statement::bind(int at, std::string_view text) {
  const char* const bytes = text.data() ? text.data() : ""; // a null pointer would be NULL
  return sqlite3_bind_text64(statement_.get(), at, bytes, text.size(), nullptr, SQLITE_UTF8) == SQLITE_OK;
}

bool Statement::bind(int at, std::optional<Timestamp> time) {
  if (time) return bind(at, std::int64_t{time->time_since_epoch().count()});
  return sqlite3_bind_null(statement_.get(), at) == SQLITE_OK;
}

Result<Connection> Connection::open(const std::string& file, Mode mode) {
  Connection connection;
  connection.file_ = file;
  sqlite3* handle = nullptr;
  const unsigned how = mode == Mode::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  const int result = sqlite3_open_v2(file.c_str(), &handle, static_cast<int>(how | SQLITE_OPEN_NOMUTEX), nullptr);
  connection.handle_.reset(handle);
  if (!handle) return Error{ErrorCode::unavailable, file + " can't be opened: there is no memory left"};
  if (result != SQLITE_OK) return connection.error();
  if (mode == Mode::write && sqlite3_db_readonly(handle, "main") == 1) return describe(file, SQLITE_READONLY, 0, "");
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, patience_ms);
  return connection;
}

Result<Statement> Connection::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int size = static_cast<int>(sql.size());
  if (sqlite3_prepare_v3(handle(), sql.data(), size, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
    return error();
  return Statement(statement);
}

Result<std::int64_t> Connection::number(std::string_view sql) const {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  auto rows = statement.value().query();
  const auto value = rows.next() ? rows.number(0) : 0;
  if (rows.failed()) return error();
  return value;
}

Result<std::string> Connection::text(std::string_view sql) const {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  auto rows = statement.value().query();
  std::string value(rows.next() ? rows.text(0) : std::string_view());
  if (rows.failed()) return error();
  return value;
}

Error Connection::error() const {
  constexpr unsigned primary = 0xff; // the rest says where it happened
  const auto code = static_cast<unsigned>(sqlite3_errcode(handle())) & primary;
  return describe(file_, static_cast<int>(code), sqlite3_system_errno(handle()), sqlite3_errmsg(handle()));
}

} // namespace greeter::sqlite
