// A greeting as JSON: in the API, in files of imports and exports, and (as YAML) in customers' files.
#pragma once
#include "greeting/greeting.hpp"

#include <nlohmann/json_fwd.hpp>

namespace greeter {

// {"id","text","description","language","tags","state","starts_at","ends_at","origin","revision","created_at",
// "updated_at"} in that order. Every member is there; null stands for what is not: language, starts_at, ends_at,
// created_at, updated_at.
nlohmann::ordered_json to_json(const Greeting& greeting);

struct GreetingRead {
  Greeting greeting;              // sound only where there is no fault
  std::vector<FieldFault> faults; // every one, of the form and of the rules
};

// The whole of a greeting: what is missing or null has its default (description "", language none, as "" is too, tags
// [], state active, no times), only text is required. origin, revision, created_at and updated_at are read-only:
// accepted and ignored. Any other member is a fault, with the one it was meant for where one is near. `id`: the one it
// has to have; empty: the "id" member names it. Tags come out sorted and once each, the language in canonical case.
// Never throws.
GreetingRead read_greeting(const nlohmann::json& value, std::string_view id);

// `greeting` with the JSON merge patch (RFC 7396) applied. A patch that is no object is one fault.
GreetingRead patch_greeting(const Greeting& greeting, const nlohmann::json& patch);

} // namespace greeter
