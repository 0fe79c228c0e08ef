// Greetings as objects of Kubernetes. Pure.
//   metadata.name         ID in the namespace that is called like the customer, else CUSTOMER.ID
//   metadata.annotations  greeter.parcellab.com/created-at, greeter.parcellab.com/updated-at: RFC 3339
//   spec                  what people set, named as in the API
//   status.conditions     Accepted=False where it breaks a rule, True where it once did
// Its revision is the metadata.resourceVersion.
#pragma once
#include "store/store.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace greeter::kubernetes {

using Json = nlohmann::json;

std::string name_of(std::string_view space, std::string_view customer, std::string_view id);

// An object as it was seen.
struct Seen {
  std::string name;
  std::uint64_t version = 0;
  std::int64_t generation = 0;
  StoredGreeting stored;   // of no use where there is a fault
  std::string fault;       // why it is no greeting, and what would be right; empty: it is one
  bool going = false;      // it is being deleted, which is a fault as well
  std::string complaint;   // of its condition Accepted=False; empty: there is none
  std::int64_t judged = 0; // generation that its condition Accepted is about; 0: there is none
};
// Never throws, whatever it is given.
Seen read_object(const Json& object, std::string_view space);

std::uint64_t version_of(const Json& object); // 0: it says none

// For a creation. The times are those of `greeting`.
Json new_object(const std::string& name, const Greeting& greeting);
// For a merge patch of the object that has this version: all but what is ours stays.
Json patch_of(std::uint64_t version, const Greeting& greeting);
// For a server-side apply of the status; an empty fault means that it was mended.
Json status_of(const Seen& seen, std::string_view space, Timestamp time);

} // namespace greeter::kubernetes
