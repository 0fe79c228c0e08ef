// Server-sent events as they come off the wire: the HTML standard, 9.2.6.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace greeter {

struct ServerEvent {
  std::string id;   // the last one that the stream named, maybe in an earlier event; empty: none yet
  std::string type; // "message" unless the stream names another
  std::string data; // its lines joined by \n
};

// Feed it whatever pieces arrive; cut anywhere, they make the same events.
class EventStream {
public:
  using Sink = std::function<bool(const ServerEvent&)>; // false: no more

  // The events that the piece completes, in their order. False once the sink wanted no more.
  bool feed(std::string_view piece, const Sink& sink);

  // Where to resume; empty: from the beginning.
  const std::string& last_id() const { return last_id_; }
  // How long the server wants a client to wait before it connects anew.
  std::optional<std::uint64_t> retry_ms() const { return retry_ms_; }

  // A new connection: half an event is forgotten, the last id stays.
  void restart();

private:
  bool take_line(std::string_view line, const Sink& sink);
  void take_field(std::string_view name, std::string_view value);

  std::string rest_;  // an unfinished line
  bool first_ = true; // a byte order mark may come
  bool after_cr_ = false;
  std::string last_id_, type_, data_;
  std::optional<std::uint64_t> retry_ms_;
};

} // namespace greeter
