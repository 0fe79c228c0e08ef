#include "http/metrics.hpp"

#include <algorithm>

namespace greeter {

void WorkerMetrics::count(std::string_view method, int code) {
  const auto method_at = std::find(methods.begin(), std::prev(methods.end()), method) - methods.begin();
  const auto code_at = std::find(codes.begin(), codes.end(), code) - codes.begin();
  requests[static_cast<std::size_t>(method_at)][static_cast<std::size_t>(code_at)].add();
}

void WorkerMetrics::count(Limit limit) {
  if (limit != Limit::none) limits[static_cast<std::size_t>(limit)].add();
}

void WorkerMetrics::observe(std::chrono::nanoseconds duration, std::uint64_t responses) {
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), duration) - bounds.begin();
  durations[static_cast<std::size_t>(bucket)].add(responses);
  duration_nanoseconds.add(static_cast<std::uint64_t>(duration.count()) * responses);
}

} // namespace greeter
