// Reads customer.greetings: what a values file has of the greeting table.
#pragma once
#include "config/yaml_reader.hpp"

#include <vector>

namespace greeter {

// `map`, whose key stands in `line`, is of ids and greetings without id. Gives them in the order of ids, with the
// faults noted in `reader`: only without any are they sound.
std::vector<Greeting> read_greetings(const YAML::Node& map, std::size_t line, YamlReader& reader);

} // namespace greeter
