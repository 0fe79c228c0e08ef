#include "cli/event_stream.hpp"

#include "base/text.hpp"

#include <utility>

namespace greeter {

bool EventStream::feed(std::string_view piece, const Sink& sink) {
  for (const char c : piece) { // NOLINT(readability-use-anyofallof): it does more than ask
    const bool second_half = std::exchange(after_cr_, c == '\r') && c == '\n'; // of a CR LF that has ended a line
    if (second_half) continue;
    if (c != '\n' && c != '\r') {
      rest_ += c;
      continue;
    }
    const auto line = std::exchange(rest_, {});
    if (!take_line(line, sink)) return false;
  }
  return true;
}

void EventStream::restart() {
  rest_.clear();
  type_.clear();
  data_.clear();
  first_ = true;
  after_cr_ = false;
}

bool EventStream::take_line(std::string_view line, const Sink& sink) {
  if (std::exchange(first_, false) && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  if (!line.empty()) {
    const auto colon = line.find(':');
    if (colon == 0) return true; // a comment
    auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    take_field(line.substr(0, colon), value);
    return true;
  }
  const auto type = std::exchange(type_, {});
  auto data = std::exchange(data_, {});
  if (data.empty()) return true;
  data.pop_back(); // the last line's end
  return sink({last_id_, type.empty() ? "message" : type, std::move(data)});
}

void EventStream::take_field(std::string_view name, std::string_view value) {
  if (name == "data") data_ += std::string(value) + '\n';
  else if (name == "event") type_ = value;
  else if (name == "id" && value.find('\0') == std::string_view::npos) last_id_ = value;
  else if (name == "retry")
    if (const auto number = parse_number(value)) retry_ms_ = number;
}

} // namespace greeter
