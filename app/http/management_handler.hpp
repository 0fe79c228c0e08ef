// The management port, for operators and never for customers: /livez, /readyz, /metrics, /version and /config.
#pragma once
#include "base/log.hpp"
#include "config/settings.hpp"
#include "http/engine.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>

namespace greeter {

// What it tells of; asked by the port's own thread. All that these refer to outlives the handler.
struct Managed {
  const Settings& settings;
  std::function<std::string()> unready; // why the process is not ready; empty: it is
  std::function<std::string()> metrics; // in Prometheus' text format
  std::function<nlohmann::ordered_json()> about = [] { return nlohmann::ordered_json::object(); }; // begins /config
};

// Opens the port. `metrics` is the one worker's, and outlives the engine.
Result<std::unique_ptr<Engine>> start_management(const Managed& managed, WorkerMetrics& metrics, Log& log);

// What the settings say of every client.
EngineLimits limits_of(const Settings& settings);

} // namespace greeter
