#include "base/time.hpp"

#include <fmt/format.h>

#include <cstddef>

namespace greeter {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes a text apart from its beginning; once something is not there, all that follows is not either.
class Scanner {
public:
  explicit Scanner(std::string_view rest) : rest_(rest) {}

  // Exactly `digits` of them; -1 where they are not there or above `most`.
  int number(std::size_t digits, int most) {
    int value = rest_.size() < digits ? -1 : 0;
    for (std::size_t i = 0; i < digits && value >= 0; ++i)
      value = is_digit(rest_[i]) ? value * 10 + rest_[i] - '0' : -1;
    sound_ = sound_ && value >= 0 && value <= most;
    if (!sound_) return -1;
    rest_.remove_prefix(digits);
    return value;
  }

  // One of these characters; '\0' where it is none.
  char one_of(std::string_view characters) {
    sound_ = sound_ && !rest_.empty() && characters.find(rest_[0]) != std::string_view::npos;
    if (!sound_) return '\0';
    const char c = rest_[0];
    rest_.remove_prefix(1);
    return c;
  }

  // ".5" is 500; what is finer than a thousandth is cut off. 0 where there is no fraction.
  int fraction() {
    if (!sound_ || !rest_.starts_with('.')) return 0;
    int value = 0, weight = 100;
    std::size_t length = 1;
    for (; length < rest_.size() && is_digit(rest_[length]); ++length, weight /= 10)
      value += (rest_[length] - '0') * weight;
    sound_ = length > 1;
    rest_.remove_prefix(length);
    return value;
  }

  bool took_all() const { return sound_ && rest_.empty(); }

private:
  std::string_view rest_;
  bool sound_ = true;
};

minutes read_offset(Scanner& text) {
  const char sign = text.one_of("Zz+-");
  if (sign != '+' && sign != '-') return {};
  const hours h{text.number(2, 23)};
  text.one_of(":");
  const minutes offset = h + minutes(text.number(2, 59));
  return sign == '-' ? -offset : offset;
}

} // namespace

Timestamp now() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

std::optional<Timestamp> parse_time(std::string_view text) {
  Scanner scan(text);
  const int y = scan.number(4, 9999);
  scan.one_of("-");
  const int m = scan.number(2, 12);
  scan.one_of("-");
  const int d = scan.number(2, 31);
  scan.one_of("Tt");
  const hours h{scan.number(2, 23)};
  scan.one_of(":");
  const minutes min{scan.number(2, 59)};
  scan.one_of(":");
  const int sec = scan.number(2, 60);
  const milliseconds fraction{scan.fraction()};
  const minutes offset = read_offset(scan);
  if (!scan.took_all()) return {};
  const std::chrono::year_month_day date{std::chrono::year(y), std::chrono::month(static_cast<unsigned>(m)),
                                         std::chrono::day(static_cast<unsigned>(d))};
  if (!date.ok()) return {};
  const bool leap_second = sec == 60;
  const Timestamp time = std::chrono::sys_days(date) + h + min + seconds(leap_second ? 59 : sec) + fraction - offset;
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year year = std::chrono::year_month_day(day).year();
  if (year < std::chrono::year(1) || year > std::chrono::year(9999)) return {};
  if (leap_second && time - day < hours(24) - seconds(1)) return {}; // they come at the end of a day of UTC only
  return time;
}

std::string to_text(Timestamp time) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                          static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                          clock.minutes().count(), clock.seconds().count());
  if (const auto ms = clock.subseconds().count()) text += fmt::format(".{:03}", ms);
  return text + "Z";
}

} // namespace greeter
