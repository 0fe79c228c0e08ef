#include "kube/informer.hpp"

#include "base/text.hpp"
#include "kube/backoff.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace greeter::kube {

namespace {

const std::string& version_of(const Json& object) {
  return object["metadata"]["resourceVersion"].get_ref<const std::string&>(); // watch() has looked
}

// Versions are numbers that grow, as far as is known.
bool is_newer(const std::string& version, const std::string& than) {
  const auto one = parse_number(version), other = parse_number(than);
  return one && other ? *one > *other : version != than;
}

} // namespace

class Informer::Loop {
public:
  Loop(Client& client, std::string path, Observer observer, Selection selection, std::chrono::milliseconds longest)
      : client_(client), path_(std::move(path)), observer_(std::move(observer)), selection_(std::move(selection)),
        backoff_(std::min(longest, std::chrono::milliseconds(100)), longest) {}

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested())
      if (!(version_.empty() ? list(stop) : watch(stop))) pause(stop);
  }

  InformerStatus status() const {
    return {.synced = synced_, .up = up_, .lists = lists_, .watches = watches_, .events = events_};
  }

private:
  // Whether to go on at once.
  bool list(const std::stop_token& stop) {
    ++lists_;
    auto list = observer_.piece ? in_pieces(stop) : client_.list(path_, selection_, stop);
    if (!list) return failed(list.error(), stop);
    version_ = list.value().version;
    observer_.listed(list.value());
    synced_ = true;
    available();
    return true;
  }

  Result<List> in_pieces(const std::stop_token& stop) {
    auto version = client_.list_in_pieces(path_, observer_.piece, selection_, stop);
    if (!version) return version.error();
    return List{.items = {}, .version = std::move(version.value())};
  }

  bool watch(const std::stop_token& stop) {
    ++watches_;
    bool came = false; // anything: so it was worth it
    const auto began = std::chrono::steady_clock::now();
    const auto end = client_.watch(
        path_, version_,
        [&](const Event& event) {
          came = true;
          take(event);
        },
        stop, selection_, [this] { available(); });
    if (came || std::chrono::steady_clock::now() - began > std::chrono::seconds(5)) backoff_.reset();
    if (!end) {
      if (end.error().code != ErrorCode::unavailable) version_.clear(); // perhaps it is the version that makes no sense
      return failed(end.error(), stop);
    }
    if (end.value() == WatchEnd::expired) version_.clear();
    return came;
  }

  void take(const Event& event) {
    const auto& version = version_of(event.object);
    const bool is_new = is_newer(version, version_);
    if (!is_new && event.kind != Event::Kind::bookmark) return; // told already
    if (is_new) version_ = version;
    ++events_;
    observer_.changed(event);
  }

  bool failed(const Error& error, const std::stop_token& stop) {
    const bool is_news = up_.exchange(false) || std::exchange(is_first_, false);
    if (is_news && !stop.stop_requested() && observer_.availability) observer_.availability(error);
    return false;
  }

  void available() {
    is_first_ = false;
    if (!up_.exchange(true) && observer_.availability) observer_.availability({});
  }

  void pause(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, stop, backoff_.next(), [] { return false; });
  }

  Client& client_;
  const std::string path_;
  const Observer observer_;
  const Selection selection_;
  Backoff backoff_;
  std::string version_;  // of the newest that was told; empty: nothing to go on from
  bool is_first_ = true; // nobody was told whether it is there
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::atomic<bool> synced_ = false, up_ = false;
  std::atomic<std::uint64_t> lists_ = 0, watches_ = 0, events_ = 0;
};

Informer::Informer(Client& client, std::string path, Observer observer, Selection selection,
                   std::chrono::milliseconds longest_pause)
    : loop_(std::make_unique<Loop>(client, std::move(path), std::move(observer), std::move(selection), longest_pause)),
      thread_([loop = loop_.get()](const std::stop_token& stop) { loop->run(stop); }) {}

Informer::~Informer() = default; // ends the thread, then the loop

InformerStatus Informer::status() const { return loop_->status(); }

} // namespace greeter::kube
