// The metrics in Prometheus' text format.
#pragma once
#include "http/metrics.hpp"
#include "http/site.hpp"

#include <string>

namespace greeter {

// Thread-safe.
std::string metrics_text(const Metrics& metrics, const Site& site);

} // namespace greeter
