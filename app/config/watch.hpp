// Tells when a configuration file or folder may have changed, by inotify(7).
#pragma once
#include <string>

namespace greeter {

// Sees files that are written, replaced, added or removed, links that are swapped (as Kubernetes does with `..data`),
// and the path itself being replaced. Belongs to one thread.
class Watch {
public:
  explicit Watch(std::string path);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Readable when consume() has something to say; -1 where the system gives no inotify.
  int fd() const { return fd_; }

  // Takes all events that wait. True when one concerns the path.
  bool consume();

private:
  void arm();

  std::string path_;
  std::string leaf_;
  int fd_;
  int parent_ = -1; // the watch on the folder around the path,
  int own_ = -1;    // and on the path; the same for "."
};

} // namespace greeter
