// Files whose names have to be right after a power cut.
#pragma once
#include "base/error.hpp"

#include <optional>
#include <string>

namespace greeter {

// A file's path without links and detours: two names of one file have one lock.
std::string plain_path(const std::string& file);

// Makes what happened to the names in a file's folder durable.
bool sync_folder_of(const std::string& file);

// A new, empty file for its owner alone. `unavailable` where one is there.
std::optional<Error> create_file(const std::string& file);

// Gives a file another name, unless there is a file of that name. Durable.
std::optional<Error> rename_to_new(const std::string& from, const std::string& to);

// A file that is taken away when this is gone, with those that SQLite puts beside it, unless it got another name.
class TemporaryFile {
public:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) { remove(); }
  ~TemporaryFile() { remove(); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

private:
  void remove() const;
  std::string path_;
};

} // namespace greeter
