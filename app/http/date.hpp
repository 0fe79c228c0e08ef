// The Date field (RFC 9110, 6.6.1).
#pragma once
#include <array>
#include <chrono>
#include <ctime>
#include <string_view>

namespace greeter {

// IMF-fixdate (RFC 9110, 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT". For the years 0 to 9999.
using HttpDate = std::array<char, 29>;
HttpDate http_date(std::time_t time);

// The date of now, made anew only when the second has changed. Belongs to one thread.
class DateClock {
public:
  // `now` is the present. The result is good until the next call.
  std::string_view date(std::chrono::steady_clock::time_point now);

private:
  HttpDate date_{};
  std::chrono::steady_clock::time_point until_ = std::chrono::steady_clock::time_point::min();
};

} // namespace greeter
