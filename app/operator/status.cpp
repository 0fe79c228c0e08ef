#include "operator/status.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace greeter::control {

Ready readiness(const Pods* pods, const std::vector<std::string>& hosts) {
  if (!pods) return {false, progressing, "there are no pods yet"};
  if (pods->observed && pods->updated >= pods->wanted && pods->available >= pods->wanted)
    return {true, available, fmt::format("serves {}", fmt::join(hosts, ", "))};
  if (!pods->no_progress.empty()) return {false, deadline_exceeded, pods->no_progress};
  return {false, progressing, fmt::format("{} of {} pods are available", pods->available, pods->wanted)};
}

std::string replicas(const Pods* pods) { return pods ? fmt::format("{}/{}", pods->available, pods->wanted) : ""; }

namespace {

const Json* condition_in(const Json& status) {
  const auto conditions = status.find("conditions");
  if (conditions == status.end() || !conditions->is_array()) return nullptr;
  for (const auto& condition : *conditions)
    if (condition.is_object() && condition.value("type", "") == "Ready") return &condition;
  return nullptr;
}

} // namespace

std::string shortened(const std::string& message) {
  auto end = std::min<std::size_t>(message.size(), 1024);
  while (end < message.size() && end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0U) == 0x80U) --end;
  return message.substr(0, end);
}

Ready ready_in(const Json& status) {
  const auto* const condition = condition_in(status);
  if (!condition) return {false, "", ""};
  return {condition->value("status", "") == "True", condition->value("reason", ""), condition->value("message", "")};
}

std::optional<Timestamp> last_turn(const Json& status) {
  const auto* const condition = condition_in(status);
  return condition ? parse_time(condition->value("lastTransitionTime", "")) : std::nullopt;
}

std::vector<std::string> hosts_in(const Json& status) {
  std::vector<std::string> hosts;
  const auto found = status.find("hosts");
  if (found == status.end() || !found->is_array()) return hosts;
  for (const auto& host : *found)
    if (host.is_string()) hosts.push_back(host.get<std::string>());
  return hosts;
}

Json status_of(const Json& before, std::int64_t generation, const Ready& ready, const std::string& space,
               const std::vector<std::string>& hosts, const std::string& replicas, Timestamp now) {
  const auto* const old = condition_in(before);
  const auto* const state = ready.ready ? "True" : "False";
  const bool turned = !old || old->value("status", "") != state;
  auto status = before;
  status["observedGeneration"] = generation;
  status["conditions"] =
      Json::array({{{"type", "Ready"},
                    {"status", state},
                    {"reason", ready.reason},
                    {"message", shortened(ready.message)},
                    {"observedGeneration", generation},
                    {"lastTransitionTime", turned ? to_text(std::chrono::floor<std::chrono::seconds>(now))
                                                  : old->value("lastTransitionTime", "")}}});
  if (!space.empty()) status["namespace"] = space;
  if (!hosts.empty()) status["hosts"] = hosts;
  if (!replicas.empty()) status["replicas"] = replicas;
  return status;
}

} // namespace greeter::control
