#include "store/files.hpp"

#include "base/fd.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace greeter {

namespace {

Error cannot(const std::string& file, std::string_view what) {
  return {ErrorCode::unavailable,
          fmt::format("{} can't be {}: {}", file, what, std::generic_category().message(errno))};
}

} // namespace

std::string plain_path(const std::string& file) {
  std::error_code error;
  const auto path = std::filesystem::weakly_canonical(std::filesystem::absolute(file, error), error);
  return error ? file : path.string();
}

bool sync_folder_of(const std::string& file) {
  const auto folder = std::filesystem::path(file).parent_path().string();
  const Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd && ::fsync(fd.get()) == 0;
}

std::optional<Error> create_file(const std::string& file) {
  const Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd || !sync_folder_of(file)) return cannot(file, "created");
  return {};
}

// Where the file system can't rename without replacing, a link does the same in two steps.
std::optional<Error> rename_to_new(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno != EINVAL && errno != ENOSYS) return cannot(to, "created");
    if (::link(from.c_str(), to.c_str()) != 0) return cannot(to, "created");
    ::unlink(from.c_str());
  }
  if (!sync_folder_of(to)) return cannot(to, "created");
  return {};
}

void TemporaryFile::remove() const {
  for (const auto* const suffix : {"", "-journal", "-wal", "-shm"}) ::unlink((path_ + suffix).c_str());
}

} // namespace greeter
