// The management port, for operators and never for customers: /livez, /readyz, /metrics, /version and /config.
#pragma once
#include "base/published.hpp"
#include "config/settings.hpp"
#include "http/router.hpp"
#include "http/site.hpp"

#include <atomic>

namespace greeter {

// What it tells of. Everything outlives the handler.
struct Managed {
  const Settings& settings;
  const Published<Site>& site;
  const Metrics& metrics;
  const std::atomic<bool>& stopping;
};

std::unique_ptr<Handler> make_management_handler(const Managed& managed, Log& log);

} // namespace greeter
