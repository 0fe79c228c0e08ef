#include "config/watch.hpp"

#include <array>
#include <filesystem>
#include <string_view>

#include <sys/inotify.h>
#include <unistd.h>

namespace greeter {

Watch::Watch(std::string path) : path_(std::move(path)), fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  while (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
  leaf_ = std::filesystem::path(path_).filename().string();
  arm();
}

Watch::~Watch() {
  if (fd_ >= 0) ::close(fd_);
}

// Adding a watch twice is harmless, so this also picks up whatever has been put in the place of what was watched.
void Watch::arm() {
  constexpr std::uint32_t changes = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
  auto parent = std::filesystem::path(path_).parent_path().string();
  if (parent.empty()) parent = path_.starts_with('/') ? "/" : ".";
  parent_ = ::inotify_add_watch(fd_, parent.c_str(), changes);
  own_ = ::inotify_add_watch(fd_, path_.c_str(), changes);
}

bool Watch::consume() {
  bool concerned = false;
  alignas(inotify_event) std::array<char, 16'384> buffer;
  for (;;) {
    const auto size = ::read(fd_, buffer.data(), buffer.size());
    if (size <= 0) break;
    const auto end = static_cast<std::size_t>(size);
    for (std::size_t at = 0; at < end;) {
      const auto* const event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
      const std::string_view name = event->len ? event->name : "";
      // The folder around the path may be a busy one; `..data` is the link behind a single mounted file.
      concerned |= event->wd != parent_ || parent_ == own_ || name == leaf_ || name == "..data" ||
                   (event->mask & IN_Q_OVERFLOW) != 0;
      at += sizeof(inotify_event) + event->len;
    }
  }
  if (concerned) arm();
  return concerned;
}

} // namespace greeter
