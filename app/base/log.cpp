#include "base/log.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <spdlog/async.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace greeter {

namespace {

constexpr std::size_t access_queue_size = 8192;

std::string rendered(const LogField& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) return in_quotes(*text);
  if (const auto* number = std::get_if<std::uint64_t>(&field.value)) return fmt::format("{}", *number);
  return fmt::format("{}", std::get<double>(field.value));
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
  case LogLevel::debug: return spdlog::level::debug;
  case LogLevel::info: return spdlog::level::info;
  case LogLevel::warning: return spdlog::level::warn;
  case LogLevel::error: break;
  }
  return spdlog::level::err;
}

// The message of an event is already the inner part of a JSON object, so the pattern only frames it.
constexpr auto json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";
constexpr auto text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v";

} // namespace

struct Log::Sinks {
  std::shared_ptr<spdlog::sinks::sink> out = std::make_shared<spdlog::sinks::stdout_sink_mt>();
  spdlog::logger events{"events", out};
  std::shared_ptr<spdlog::details::thread_pool> writer;
  std::shared_ptr<spdlog::async_logger> access;
};

Log::Log(LogLevel level, LogFormat format, bool with_access_log) : format_(format), sinks_(std::make_unique<Sinks>()) {
  sinks_->out->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      format == LogFormat::json ? json_pattern : text_pattern, spdlog::pattern_time_type::utc));
  sinks_->events.set_level(spdlog_level(level));
  if (!with_access_log) return;
  sinks_->writer = std::make_shared<spdlog::details::thread_pool>(access_queue_size, 1);
  sinks_->access = std::make_shared<spdlog::async_logger>("access", sinks_->out, sinks_->writer,
                                                          spdlog::async_overflow_policy::overrun_oldest);
}

Log::~Log() = default;

std::string Log::line(std::string_view message, std::initializer_list<LogField> fields) const {
  std::string text =
      format_ == LogFormat::json ? fmt::format(R"("message":{})", in_quotes(message)) : std::string(message);
  for (const auto& field : fields)
    text +=
        fmt::format(fmt::runtime(format_ == LogFormat::json ? R"(,"{}":{})" : " {}={}"), field.name, rendered(field));
  return text;
}

void Log::debug(std::string_view message, std::initializer_list<LogField> fields) {
  if (sinks_->events.should_log(spdlog::level::debug)) sinks_->events.debug(line(message, fields));
}
void Log::info(std::string_view message, std::initializer_list<LogField> fields) {
  sinks_->events.info(line(message, fields));
}
void Log::warning(std::string_view message, std::initializer_list<LogField> fields) {
  sinks_->events.warn(line(message, fields));
}
void Log::error(std::string_view message, std::initializer_list<LogField> fields) {
  sinks_->events.error(line(message, fields));
}

bool Log::logs_access() const { return sinks_->access != nullptr; }

void Log::access(std::string_view message, std::initializer_list<LogField> fields) {
  if (logs_access()) sinks_->access->info(line(message, fields));
}

} // namespace greeter
