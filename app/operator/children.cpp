#include "operator/children.hpp"

#include "base/text.hpp"
#include "operator/customer.hpp"
#include "operator/kinds.hpp"
#include "operator/ownership.hpp"
#include "operator/template.hpp"

namespace greeter::control {

namespace {

template <class T> T at(const Json& object, const char* path, const T& fallback) {
  return object.value(Json::json_pointer(path), fallback);
}

// The annotation's and label's names have a slash, which a pointer writes as ~1.
constexpr auto hash_path = "/metadata/annotations/greeter.parcellab.com~1applied";
constexpr auto keep_path = "/metadata/annotations/helm.sh~1resource-policy";
constexpr auto label_path = "/metadata/labels/greeter.parcellab.com~1customer";

std::uint64_t version_in(const Json& object) {
  return parse_number(at(object, "/metadata/resourceVersion", std::string())).value_or(0);
}

Pods pods_of(const Json& deployment) {
  Pods pods{at<std::int64_t>(deployment, "/spec/replicas", 1),
            at<std::int64_t>(deployment, "/status/updatedReplicas", 0),
            at<std::int64_t>(deployment, "/status/availableReplicas", 0),
            at<std::int64_t>(deployment, "/status/observedGeneration", 0) >=
                at<std::int64_t>(deployment, "/metadata/generation", 0),
            ""};
  for (const auto& condition : at(deployment, "/status/conditions", Json::array()))
    if (condition.value("type", "") == "Progressing" && condition.value("status", "") == "False")
      pods.no_progress = condition.value("message", "the rollout does not come on");
  return pods;
}

Children::Place place_of(std::size_t kind, const Json& object) {
  return {kind, at(object, "/metadata/namespace", std::string()), at(object, "/metadata/name", std::string())};
}

// In what the operator acts on.
bool same(const Child& a, const Child& b) {
  return a.customer == b.customer && a.uid == b.uid && a.hash == b.hash && a.owned == b.owned &&
         a.deleting == b.deleting && a.pods == b.pods;
}

} // namespace

Child read_child(std::size_t kind, const Json& object) {
  return {at(object, label_path, std::string()),
          at(object, "/metadata/uid", std::string()),
          version_in(object),
          at(object, hash_path, std::string()),
          owned_fields(object),
          object.at("metadata").contains("deletionTimestamp"),
          at(object, keep_path, std::string()) == "keep",
          kind == deployment_kind ? pods_of(object) : Pods{}};
}

void Children::drop(std::map<Place, Child>::iterator entry) {
  const auto names = by_customer_.find(entry->second.customer);
  names->second.erase(entry->first);
  if (names->second.empty()) by_customer_.erase(names);
  entries_.erase(entry);
}

Children::Names Children::put(std::size_t kind, const Json& object) {
  const std::lock_guard lock(mutex_);
  if (version_in(object) <= ended_[kind] && !entries_.contains(place_of(kind, object))) return {};
  return put_one(kind, object);
}

Children::Names Children::put_one(std::size_t kind, const Json& object) {
  const auto place = place_of(kind, object);
  auto child = read_child(kind, object);
  Names names{child.customer};
  if (const auto found = entries_.find(place); found != entries_.end()) {
    if (child.version <= found->second.version) return {};
    if (same(child, found->second)) names.clear();
    else names.insert(found->second.customer);
    drop(found);
  }
  by_customer_[child.customer].insert(place);
  entries_.emplace(place, std::move(child));
  return names;
}

Children::Names Children::erase(std::size_t kind, const Json& object) {
  const auto version = version_in(object);
  const std::lock_guard lock(mutex_);
  ended_[kind] = version;
  const auto found = entries_.find(place_of(kind, object));
  if (found == entries_.end() || version < found->second.version) return {};
  Names names{found->second.customer};
  drop(found);
  return names;
}

Children::Names Children::replace(std::size_t kind, const kube::List& list) {
  Names customers;
  std::set<Place> listed;
  const std::lock_guard lock(mutex_);
  for (const auto& object : list.items) {
    listed.insert(place_of(kind, object));
    customers.merge(put_one(kind, object));
  }
  const auto version = ended_[kind] = parse_number(list.version).value_or(0);
  for (auto entry = entries_.lower_bound({kind, "", ""}); entry != entries_.end() && entry->first.kind == kind;) {
    const auto here = entry++;
    if (listed.contains(here->first) || here->second.version > version) continue; // made since
    customers.insert(here->second.customer);
    drop(here);
  }
  return customers;
}

std::optional<Child> Children::find(const Place& place) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(place);
  return found == entries_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::pair<Children::Place, Child>> Children::of(const std::string& customer) const {
  std::vector<std::pair<Place, Child>> out;
  const std::lock_guard lock(mutex_);
  if (const auto places = by_customer_.find(customer); places != by_customer_.end())
    for (const auto& place : places->second) out.emplace_back(place, entries_.at(place));
  return out;
}

} // namespace greeter::control
