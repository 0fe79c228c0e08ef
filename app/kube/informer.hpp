// Keeps in step with a collection: lists it, watches it, goes on after every break.
#pragma once
#include "kube/client.hpp"

#include <functional>
#include <string>
#include <thread>

namespace greeter::kube {

// What an informer tells; by its own thread, one call at a time.
struct Observer {
  // All there is: at first, and whenever a watch could not be resumed. Just its version where there is `piece`.
  std::function<void(const List&)> listed;
  // Since then, in their order; bookmarks, too.
  std::function<void(const Event&)> changed;
  // It is away, and why; or (nothing) it is there again. Told when it changes.
  std::function<void(const std::optional<Error>&)> availability = {};
  // For whoever keeps little of each object: the list's items as they come, some at a time, then `listed`. `is_first`:
  // those before are void, also those of a list that failed.
  Client::OnPiece piece = {};
};

struct InformerStatus {
  bool synced = false; // `listed` was told once
  bool up = false;     // the last attempt succeeded
  std::uint64_t lists = 0, watches = 0, events = 0;
};

// Runs from construction to destruction. Pauses between failed attempts grow from 100 ms to `longest_pause`, with
// jitter; a version that the server no longer knows costs one list. `client` has to outlive it.
class Informer {
public:
  Informer(Client& client, std::string path, Observer observer, Selection selection = {},
           std::chrono::milliseconds longest_pause = std::chrono::seconds(10));
  ~Informer();
  Informer(const Informer&) = delete;
  Informer& operator=(const Informer&) = delete;

  InformerStatus status() const; // thread-safe

private:
  class Loop;
  std::unique_ptr<Loop> loop_;
  std::jthread thread_;
};

} // namespace greeter::kube
