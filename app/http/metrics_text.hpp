// The metrics in Prometheus' text format.
#pragma once
#include "http/metrics.hpp"
#include "http/visits.hpp"

#include <string>

namespace greeter {

// Thread-safe. `store` and `visits` are null where there is none.
std::string metrics_text(const Metrics& metrics, const Site& site, const Store* store = nullptr,
                         const VisitRecorder* visits = nullptr);

} // namespace greeter
