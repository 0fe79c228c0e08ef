#include "base/process.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace greeter {

namespace {

// Seconds since boot at which this process started: field 22 of /proc/self/stat, counted after the name's last ')'.
double started_after_boot() {
  std::ifstream stat("/proc/self/stat");
  std::string line;
  std::getline(stat, line);
  std::string rest = line.substr(std::min(line.rfind(')') + 2, line.size()));
  for (int field = 3; field < 22; ++field) rest.erase(0, std::min(rest.find(' '), rest.size() - 1) + 1);
  return std::strtod(rest.c_str(), nullptr) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double boot_time() {
  std::ifstream stat("/proc/stat");
  for (std::string word; stat >> word;)
    if (double seconds = 0; word == "btime" && stat >> seconds) return seconds;
  return 0;
}

} // namespace

ProcessUsage process_usage() {
  ProcessUsage usage;
  rusage times{};
  if (::getrusage(RUSAGE_SELF, &times) == 0) {
    const auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    usage.cpu_seconds = seconds(times.ru_utime) + seconds(times.ru_stime);
  }
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::ifstream statm("/proc/self/statm");
  if (std::uint64_t total = 0, resident = 0; statm >> total >> resident) {
    usage.virtual_bytes = total * page;
    usage.resident_bytes = resident * page;
  }
  std::error_code error;
  const std::filesystem::directory_iterator open("/proc/self/fd", error);
  usage.open_fds = static_cast<std::uint64_t>(std::distance(begin(open), end(open)));
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) usage.max_fds = files.rlim_cur;
  usage.start_time_seconds = boot_time() + started_after_boot();
  return usage;
}

unsigned usable_cpus() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  unsigned cpus = ::sched_getaffinity(0, sizeof mask, &mask) == 0 ? static_cast<unsigned>(CPU_COUNT(&mask)) : 1;
  std::ifstream limit("/sys/fs/cgroup/cpu.max"); // "max 100000" or "150000 100000"
  if (std::uint64_t quota = 0, period = 0; limit >> quota >> period && period > 0)
    cpus = std::min(cpus, static_cast<unsigned>((quota + period - 1) / period));
  return std::max(cpus, 1U);
}

} // namespace greeter
