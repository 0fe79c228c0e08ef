#include "base/text.hpp"
#include "kube/connections.hpp"
#include "kube/errors.hpp"

namespace greeter::kube {

namespace {

constexpr std::size_t most_of_event = std::size_t{4} << 20U;

// Whole lines of a body that comes in pieces.
class Lines {
public:
  explicit Lines(Http& http) : http_(http) {}

  // Without its end; nothing: the server has ended the body.
  Result<std::optional<std::string>> next(Deadline deadline) {
    for (;;) {
      const auto end = text_.find('\n', seen_);
      if (end != std::string::npos) {
        auto line = text_.substr(start_, end - start_);
        start_ = seen_ = end + 1;
        return std::optional(std::move(line));
      }
      text_.erase(0, std::exchange(start_, 0));
      seen_ = text_.size();
      if (text_.size() > most_of_event)
        return Error{ErrorCode::internal, "the server sends an event of more than 4 MiB"};
      const auto more = http_.read(text_, deadline);
      if (!more) return more.error();
      if (!more.value()) return std::optional<std::string>();
    }
  }

private:
  Http& http_;
  std::string text_;
  std::size_t start_ = 0, seen_ = 0; // of the line; of what is known to hold no end of it
};

struct Ended {
  Result<WatchEnd> how;
};

// One line of a watch; or how it ends the watch.
std::variant<Event, Ended> read_event(const std::string& line, const std::string& what) {
  auto json = Json::parse(line, nullptr, false);
  const auto nonsense = [&] {
    return Ended{Error{ErrorCode::internal,
                       shortened(what + ": the server sends an event that is none: " + in_quotes(line.substr(0, 80)))}};
  };
  if (!json.is_object() || !json.contains("object") || !json["object"].is_object()) return nonsense();
  const auto type = json.value("type", Json());
  auto object = std::move(json["object"]);
  if (type == "ERROR") {
    if (object.value("code", Json()) == 410) return Ended{WatchEnd::expired};
    return Ended{error_of(object, what)};
  }
  const auto metadata = object.value("metadata", Json());
  if (!metadata.is_object() || !metadata.value("resourceVersion", Json()).is_string()) return nonsense();
  if (type == "ADDED") return Event{Event::Kind::added, std::move(object)};
  if (type == "MODIFIED") return Event{Event::Kind::modified, std::move(object)};
  if (type == "DELETED") return Event{Event::Kind::deleted, std::move(object)};
  if (type == "BOOKMARK") return Event{Event::Kind::bookmark, std::move(object)};
  return nonsense();
}

} // namespace

Result<WatchEnd> Client::watch(const std::string& path, const std::string& version,
                               const std::function<void(Event)>& on_event, const std::stop_token& stop,
                               const Selection& selection, const std::function<void()>& on_open) {
  const auto& access = connections_->access();
  const auto query = "watch=true&allowWatchBookmarks=true&resourceVersion=" + percent_encoded(version);
  const Request request{.method = "GET",
                        .target = target_of(path, query, selection),
                        .accept = accept_of("PartialObjectMetadata", selection)};
  const Interrupt interrupt;
  const std::stop_callback on_stop(stop, [&] { interrupt.raise(); });
  auto http = connections_->open(request, interrupt);
  if (stop.stop_requested()) return WatchEnd::stopped;
  if (!http && http.error().code == ErrorCode::not_found) return WatchEnd::expired;
  if (!http) return http.error();
  if (on_open) on_open();
  for (Lines lines(http.value());;) {
    const auto line = lines.next(Clock::now() + access.silence);
    if (stop.stop_requested()) return WatchEnd::stopped;
    if (!line && line.error().code == ErrorCode::unavailable) return WatchEnd::ended;
    if (!line) return line.error();
    if (!line.value()) return WatchEnd::ended;
    auto event = read_event(*line.value(), request.name());
    if (auto* const ended = std::get_if<Ended>(&event)) return ended->how;
    on_event(std::move(*std::get_if<Event>(&event)));
  }
}

} // namespace greeter::kube
