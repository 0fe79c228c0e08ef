// disk.cpp - how often the disk makes 4 kB durable, one after the other: what a store can do that waits for each write.
//   disk FOLDER SECONDS
// Prints one line of JSON: fdatasync a second of a file that grows (as Redis' log), and of one that has its size
// already (as SQLite's, which is used again from the start).
#include <array>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <string>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array<char, 4096> block{};
constexpr off_t blocks = 256; // of the file that has its size already

bool put(int fd, off_t at) { return pwrite(fd, block.data(), block.size(), at * static_cast<off_t>(block.size())) > 0; }

// Negative: the disk refuses.
double syncs_a_second(const std::string& file, double seconds, bool growing) {
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  for (off_t at = 0; at < blocks && !growing; ++at) {
    if (!put(fd, at)) return -1;
  }
  if (fd < 0 || fsync(fd) != 0) return -1;
  const auto begin = Clock::now();
  double passed = 0;
  off_t count = 0;
  while (passed < seconds) {
    if (!put(fd, growing ? count : count % blocks) || fdatasync(fd) != 0) return -1;
    ++count;
    passed = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  close(fd);
  unlink(file.c_str());
  return static_cast<double>(count) / passed;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::cerr << "usage: disk FOLDER SECONDS\n", 2;
  const std::string file = std::string(argv[1]) + "/disk.bin";
  const double seconds = std::atof(argv[2]) / 2;
  const double growing = syncs_a_second(file, seconds, true);
  const double in_place = syncs_a_second(file, seconds, false);
  if (growing < 0 || in_place < 0) return std::cerr << "disk: can't write to " << argv[1] << '\n', 1;
  std::cout << "{\"growing\": " << growing << ", \"in_place\": " << in_place << "}\n";
}
