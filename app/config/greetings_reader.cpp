#include "config/greetings_reader.hpp"

#include "base/text.hpp"
#include "greeting/greeting_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <set>

namespace greeter {

namespace {

using nlohmann::json;

// What people set; in a file there is nothing else to set.
constexpr std::string_view keys[] = {"text", "description", "language", "tags", "state", "starts_at", "ends_at"};

class GreetingReader {
public:
  GreetingReader(const std::string& id, std::size_t line, YamlReader& reader)
      : reader_(reader), id_(id), line_(line), path_("customer.greetings." + quoted_if_odd(id) + ".") {}

  Greeting read(const YAML::Node& node) {
    if (!node.IsMap()) {
      reader_.fault(line_, path_.substr(0, path_.size() - 1) + " is no map; write text: ... below it");
      return {};
    }
    reader_.check_keys(node, path_, keys);
    auto got = read_greeting(as_json(node), id_);
    for (const auto& fault : got.faults)
      if (fault.field == "id") reader_.fault(line_, "customer.greetings: " + to_string(fault));
      else reader_.fault(line_of_field(node, fault), path_ + to_string(fault));
    got.greeting.origin = Origin::configuration;
    return std::move(got.greeting);
  }

private:
  json as_json(const YAML::Node& map) {
    auto object = json::object();
    for (const auto& entry : map) {
      const auto key = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
      if (std::find(std::begin(keys), std::end(keys), key) == std::end(keys)) continue; // a fault already
      const auto line = line_of(entry.first);
      if (key == "tags") object[key] = tags(entry.second, line);
      else if (auto text = reader_.text(entry.second, line, path_ + key)) object[key] = std::move(*text);
      else object[key] = key == "text" ? json("-") : json(nullptr); // sound: its fault is noted
    }
    return object;
  }

  json tags(const YAML::Node& list, std::size_t line) {
    auto tags = json::array();
    if (!list.IsSequence()) {
      reader_.fault(line, path_ + "tags is no list; write one - tag a line");
      return tags;
    }
    for (const auto& node : list) {
      if (tags.size() > GreetingLimits::tags) break; // refused for their number; an alias may make that number huge
      tags.push_back(reader_.text(node, line_of(node), path_ + "tags").value_or("-"));
    }
    return tags;
  }

  std::size_t line_of_field(const YAML::Node& map, const FieldFault& fault) const {
    const auto bracket = fault.field.find('[');
    const auto field = fault.field.substr(0, bracket);
    const auto node = map[field];
    if (!node) return line_; // it is missing
    std::size_t index{};
    if (bracket == std::string::npos || !node.IsSequence()) return line_of_key(map, field);
    std::from_chars(fault.field.data() + bracket + 1, fault.field.data() + fault.field.size(), index);
    return index < node.size() ? line_of(node[index]) : line_of_key(map, field);
  }

  YamlReader& reader_;
  const std::string& id_;
  std::size_t line_;
  std::string path_;
};

} // namespace

std::vector<Greeting> read_greetings(const YAML::Node& map, std::size_t map_line, YamlReader& reader) {
  std::vector<Greeting> greetings;
  if (!map.IsMap()) {
    reader.fault(map_line, "customer.greetings is no map; write ids with text: ... below them");
    return greetings;
  }
  std::set<std::string> seen;
  for (const auto& entry : map) {
    const auto line = line_of(entry.first);
    const auto id = reader.text(entry.first, line, "an id of customer.greetings");
    if (!id) continue;
    if (!seen.insert(*id).second)
      reader.fault(line, fmt::format("customer.greetings.{} is set twice; keep one", quoted_if_odd(*id)));
    greetings.push_back(GreetingReader(*id, line, reader).read(entry.second));
  }
  std::sort(greetings.begin(), greetings.end(), [](const Greeting& a, const Greeting& b) { return a.id < b.id; });
  return greetings;
}

} // namespace greeter
