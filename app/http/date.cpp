#include "http/date.hpp"

#include <fmt/format.h>

namespace greeter {

HttpDate http_date(std::time_t time) {
  static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  HttpDate date{};
  fmt::format_to_n(date.data(), date.size(), "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                   days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                   months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                   utc.tm_sec);
  return date;
}

std::string_view DateClock::date(std::chrono::steady_clock::time_point now) {
  if (now >= until_) {
    const auto wall = std::chrono::system_clock::now();
    const auto second = std::chrono::floor<std::chrono::seconds>(wall);
    date_ = http_date(std::chrono::system_clock::to_time_t(second));
    until_ =
        now + std::chrono::duration_cast<std::chrono::steady_clock::duration>(second + std::chrono::seconds(1) - wall);
  }
  return {date_.data(), date_.size()};
}

} // namespace greeter
