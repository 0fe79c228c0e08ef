// What the cluster has of all customers' objects, as far as the operator has to know.
#pragma once
#include "kube/client.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace greeter::control {

// Pods of a Deployment.
struct Pods {
  std::int64_t wanted = 0, updated = 0, available = 0;
  bool observed = false;   // these are of the newest specification
  std::string no_progress; // why the rollout has not come on for its deadline; empty: it does
  bool operator==(const Pods&) const = default;
};

struct Child {
  std::string customer; // as its label has it
  std::string uid;
  std::uint64_t version = 0; // resourceVersion
  std::string hash;          // annotation of what was applied last
  std::string owned;         // see ownership.hpp
  bool deleting = false;
  bool kept = false; // Helm's annotation helm.sh/resource-policy: keep
  Pods pods;         // of a Deployment
};

// Of a Deployment it needs the whole; of all else the metadata says enough.
Child read_child(std::size_t kind, const nlohmann::json& object);

// Thread-safe.
class Children {
public:
  // Where an object is; its kind is an index in managed_kinds().
  struct Place {
    std::size_t kind;
    std::string space; // of a Namespace: empty
    std::string name;
    auto operator<=>(const Place&) const = default;
  };

  using Names = std::set<std::string>;

  // These return the customers for whom something changed: not those for whom only what somebody else says of an
  // object did, or that is known already, as it was told by the answer to our own request. Such an answer may come
  // after the informer has told that the object is gone: then it is no news either.

  // All objects of a kind that carry the label.
  Names replace(std::size_t kind, const kube::List& list);
  Names put(std::size_t kind, const nlohmann::json& object);
  Names erase(std::size_t kind, const nlohmann::json& object);

  std::optional<Child> find(const Place& place) const;
  // Those that carry the label with this name.
  std::vector<std::pair<Place, Child>> of(const std::string& customer) const;

private:
  Names put_one(std::size_t kind, const nlohmann::json& object); // with the lock held
  void drop(std::map<Place, Child>::iterator entry);

  mutable std::mutex mutex_;
  std::map<Place, Child> entries_;
  std::map<std::string, std::set<Place>> by_customer_;
  std::map<std::size_t, std::uint64_t> ended_; // by kind: what is not there, and no newer, is gone
};

} // namespace greeter::control
