// What the system says of this process and of what it may use. Each call asks anew.
#pragma once
#include <cstdint>

namespace greeter {

struct ProcessUsage {
  double cpu_seconds = 0; // user and system
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_fds = 0;
  std::uint64_t max_fds = 0;
  double start_time_seconds = 0; // since 1970
};

ProcessUsage process_usage();

// Processors this process may use at once: the affinity mask, and the control group's quota rounded up. At least 1.
unsigned usable_cpus();

} // namespace greeter
