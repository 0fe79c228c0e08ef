// SQLite's C interface as values that close themselves. Not thread-safe: whoever shares a connection locks it.
#pragma once
#include "base/error.hpp"
#include "base/time.hpp"

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace greeter::sqlite {

// The rows of a query, from the first call of next() on. The statement is free again when this is gone.
class Rows {
public:
  explicit Rows(sqlite3_stmt* statement, bool bound) : statement_(statement), failed_(!bound) {}
  ~Rows() { sqlite3_reset(statement_); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  bool next(); // false: there is none, or it failed
  bool failed() const { return failed_; }

  // Columns of the row, counted from 0. Text is there until next().
  std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string_view text(int column) const;
  std::optional<Timestamp> time(int column) const;

private:
  sqlite3_stmt* statement_;
  bool failed_;
};

// A prepared statement, to be used again and again. Has to go before its connection.
class Statement {
public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  // Values for ?1, ?2, ...: numbers, texts (which have to outlive the rows) and times.
  template <class... Values> Rows query(const Values&... values) {
    const bool bound = bind_all(std::index_sequence_for<Values...>(), values...);
    return Rows(statement_.get(), bound);
  }
  // For what has no rows.
  template <class... Values> bool run(const Values&... values) {
    auto rows = query(values...);
    while (rows.next()) {
    }
    return !rows.failed();
  }

private:
  template <std::size_t... At, class... Values>
  bool bind_all(std::index_sequence<At...> /*from 0*/, const Values&... values) {
    return (bind(static_cast<int>(At) + 1, values) && ...);
  }
  bool bind(int at, std::int64_t value) { return sqlite3_bind_int64(statement_.get(), at, value) == SQLITE_OK; }
  bool bind(int at, std::uint64_t value) { return bind(at, static_cast<std::int64_t>(value)); }
  bool bind(int at, std::string_view text);
  bool bind(int at, std::optional<Timestamp> time);

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Connection {
public:
  enum class Mode { read, write };
  // The file has to be there. Waits 5 s for another program's lock before anything fails.
  static Result<Connection> open(const std::string& file, Mode mode);

  bool run(const char* statements) const {
    return sqlite3_exec(handle(), statements, nullptr, nullptr, nullptr) == SQLITE_OK;
  }
  Result<Statement> prepare(std::string_view sql) const;
  Result<std::int64_t> number(std::string_view sql) const; // the first column of the first row; 0: no row
  Result<std::string> text(std::string_view sql) const;

  // What the last call that failed has to say: what is wrong with which file, and what to do.
  Error error() const;
  bool in_transaction() const { return sqlite3_get_autocommit(handle()) == 0; }
  sqlite3* handle() const { return handle_.get(); }

private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::string file_;
};

// Rolls back unless it was committed.
class Transaction {
public:
  explicit Transaction(Connection& connection) : connection_(connection) {}
  ~Transaction() {
    if (connection_.in_transaction()) connection_.run("ROLLBACK");
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  bool begin(const char* how = "BEGIN IMMEDIATE") { return connection_.run(how); }
  bool commit() { return connection_.run("COMMIT"); }

private:
  Connection& connection_;
};

} // namespace greeter::sqlite
