#include "http/metrics_writer.hpp"

#include "base/process.hpp"
#include "base/version.hpp"

namespace greeter {

std::string metric_label(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\\' || c == '"') escaped += '\\';
    if (c == '\n') escaped += "\\n";
    else escaped += c;
  }
  return escaped;
}

void write_process(MetricsWriter& writer) {
  writer.family("greeter_build_info", "gauge", "The program that runs.");
  writer.sample(
      1, fmt::format(R"(version="{}",commit="{}",compiler="{}")", GREETER_VERSION, GREETER_COMMIT, GREETER_COMPILER));
  const auto usage = process_usage();
  writer.single("process_cpu_seconds_total", "counter", "Processor time of user and system.", usage.cpu_seconds);
  writer.single("process_resident_memory_bytes", "gauge", "Resident memory.", usage.resident_bytes);
  writer.single("process_virtual_memory_bytes", "gauge", "Virtual memory.", usage.virtual_bytes);
  writer.single("process_open_fds", "gauge", "Open file descriptors.", usage.open_fds);
  writer.single("process_max_fds", "gauge", "Most file descriptors that may be open.", usage.max_fds);
  writer.single("process_start_time_seconds", "gauge", "When the process started, in seconds since 1970.",
                usage.start_time_seconds);
}

} // namespace greeter
