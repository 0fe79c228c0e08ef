// What the readers of the values format share: keys, texts and lines of YAML, and the faults in them.
#pragma once
#include "config/values_file.hpp"

#include <yaml-cpp/yaml.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace greeter {

// From 1.
std::size_t line_of(const YAML::Node& node);

// A value may stand below its key, or not at all; a key that is not there has the map's line.
std::size_t line_of_key(const YAML::Node& map, std::string_view key);

// Text as a message shows it: as it is, unless that could break a line or be overlooked.
std::string quoted_if_odd(const std::string& text);

// Notes the faults of one file.
class YamlReader {
public:
  explicit YamlReader(ValuesFile& out) : out_(out) {}

  void fault(std::size_t line, std::string message) { out_.faults.push_back({out_.file, line, std::move(message)}); }

  // A fault for each key that is not known or is there twice. `path` is what comes before a key in the messages.
  void check_keys(const YAML::Node& map, std::string_view path, std::span<const std::string_view> known);

  // The node's text; or a fault at `line` and nothing, where Helm would read something else than text.
  std::optional<std::string> text(const YAML::Node& node, std::size_t line, std::string_view path);

private:
  ValuesFile& out_;
};

} // namespace greeter
