// Counts of visits as a ConfigMap keeps them: one key a customer, and one for those who count. Pure.
//   CUSTOMER  {"YYYY-MM-DD": {"ID": count, ...}, ...}
//   _sources  {"SOURCE": [number of its last batch, "YYYY-MM-DD"], ...}
#pragma once
#include "store/kubernetes/objects.hpp"

#include <optional>

namespace greeter::kubernetes {

// Nothing: the batch was counted before. Else how many counts had to be given up, as there is no room for them: the
// smallest, those of long ago first. `data` is that of the ConfigMap.
std::optional<std::size_t> count(Json& data, const VisitBatch& batch, std::chrono::sys_days today);

std::size_t bytes(const Json& data);

std::vector<Visits> visits_of(const Json& data, const std::string& customer);

} // namespace greeter::kubernetes
