// The log: one event a line on standard output, as JSON or as text for a person.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace greeter {

enum class LogLevel { debug, info, warning, error };
enum class LogFormat { text, json };

// One named value of an event. Text may hold any bytes: it is escaped, never trusted.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::uint64_t, double> value;
};

// Thread-safe. Events of the log are written before the call returns; those of access() by a thread of the log's
// own from a bounded queue that drops its oldest entry when the reader of standard output can't keep up.
class Log {
public:
  Log(LogLevel level, LogFormat format, bool with_access_log);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void debug(std::string_view message, std::initializer_list<LogField> fields = {});
  void info(std::string_view message, std::initializer_list<LogField> fields = {});
  void warning(std::string_view message, std::initializer_list<LogField> fields = {});
  void error(std::string_view message, std::initializer_list<LogField> fields = {});

  // Whether access() does anything: callers ask before they gather its fields.
  bool logs_access() const;
  void access(std::string_view message, std::initializer_list<LogField> fields);

private:
  struct Sinks;
  std::string line(std::string_view message, std::initializer_list<LogField> fields) const;

  LogFormat format_;
  std::unique_ptr<Sinks> sinks_;
};

} // namespace greeter
