// Keeps two programs from using one file.
#pragma once
#include "base/error.hpp"
#include "base/fd.hpp"

#include <chrono>
#include <string>

namespace greeter {

// Held as long as the object lives, on FILE.lock beside the file: a lock on the file itself would get in the way of
// SQLite's own, and be lost where the file is replaced. Also keeps out a second user within this process. FILE.lock
// stays.
class FileLock {
public:
  // `unavailable` where another still holds it after `wait` (the message says who), or where the folder can't be used.
  static Result<FileLock> take(const std::string& file, std::chrono::milliseconds wait = {});

private:
  explicit FileLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

} // namespace greeter
