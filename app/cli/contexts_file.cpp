#include "cli/contexts_file.hpp"

#include "base/text.hpp"
#include "cli/files.hpp"
#include "cli/yaml.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <filesystem>

namespace greeter {

namespace {

using Json = nlohmann::ordered_json;

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

struct Place {
  const std::string &name, &folder, &home;

  Error fault(std::string_view what) const { return {ErrorCode::invalid, fmt::format("{}: {}", name, what)}; }

  std::string absolute(const std::string& path) const {
    if (path.starts_with("~/")) return home + path.substr(1);
    return path.empty() || path.starts_with('/') ? path : folder + "/" + path;
  }
};

Error unknown_key(const Place& place, std::string_view path, const std::string& key,
                  std::span<const std::string_view> known) {
  const auto meant = nearest(key, known);
  return place.fault(meant.empty()
                         ? fmt::format("{}{} is no known key; known are {}", path, key, fmt::join(known, ", "))
                         : fmt::format("{}{} is no known key; did you mean {}?", path, key, meant));
}

Result<Context> read_context(const Json& json, const std::string& name, const Place& place) {
  static constexpr std::array<std::string_view, 3> known{"server", "customer", "token_file"};
  if (!is_dns_label(name))
    return place.fault(fmt::format("{} can't name a context; use 1 to 63 of a-z, 0-9 and -", in_quotes(name)));
  Context context;
  if (json.is_null()) return context;
  if (!json.is_object()) return place.fault(fmt::format("contexts.{} is no map", name));
  for (const auto& [key, value] : json.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      return unknown_key(place, fmt::format("contexts.{}.", name), key, known);
    if (!value.is_string()) return place.fault(fmt::format("contexts.{}.{} is no text", name, key));
    auto& field = key == "server" ? context.server : key == "customer" ? context.customer : context.token_file;
    field = value.get<std::string>();
  }
  context.token_file = place.absolute(context.token_file);
  return context;
}

} // namespace

Result<Contexts> parse_contexts(std::string_view text, const std::string& name, const std::string& folder,
                                const std::string& home) {
  static constexpr std::array<std::string_view, 2> known{"contexts", "current"};
  const Place place{name, folder, home};
  const auto json = parse_yaml(text, name);
  if (!json) return json.error();
  Contexts contexts;
  if (json.value().is_null()) return contexts;
  if (!json.value().is_object()) return place.fault("is no map; write contexts: and current:");
  for (const auto& [key, value] : json.value().items())
    if (std::find(known.begin(), known.end(), key) == known.end()) return unknown_key(place, "", key, known);
  const auto all = json.value().value("contexts", Json::object());
  if (!all.is_object() && !all.is_null()) return place.fault("contexts is no map of names");
  for (const auto& [key, value] : all.items()) {
    auto context = read_context(value, key, place);
    if (!context) return context.error();
    contexts.all[key] = std::move(context.value());
  }
  const auto current = json.value().value("current", Json());
  if (!current.is_null() && !current.is_string()) return place.fault("current is no text");
  if (current.is_string()) contexts.current = current.get<std::string>();
  if (!contexts.current.empty() && !contexts.all.contains(contexts.current))
    return place.fault(fmt::format("current names {}, which is none of the contexts", in_quotes(contexts.current)));
  return contexts;
}

std::string to_text(const Contexts& contexts) {
  Json json;
  if (!contexts.current.empty()) json["current"] = contexts.current;
  json["contexts"] = Json::object();
  for (const auto& [name, context] : contexts.all) {
    auto& entry = json["contexts"][name] = Json::object();
    if (!context.server.empty()) entry["server"] = context.server;
    if (!context.customer.empty()) entry["customer"] = context.customer;
    if (!context.token_file.empty()) entry["token_file"] = context.token_file;
  }
  return to_yaml(json);
}

std::string contexts_file() {
  if (auto named = variable("GREETER_CLI_CONFIG"); !named.empty()) return named;
  auto folder = variable("XDG_CONFIG_HOME");
  if (!folder.starts_with('/')) folder = variable("HOME").empty() ? "" : variable("HOME") + "/.config";
  return folder.empty() ? "" : folder + "/greeter/config.yaml";
}

Result<Contexts> read_contexts() {
  const auto file = contexts_file();
  std::error_code error;
  if (file.empty() || !std::filesystem::exists(file, error)) return Contexts{};
  const auto text = read_file(file);
  if (!text) return text.error();
  const auto folder = std::filesystem::absolute(file, error).parent_path().string();
  return parse_contexts(text.value(), file, folder, variable("HOME"));
}

Result<bool> write_contexts(const Contexts& contexts) {
  const auto file = contexts_file();
  if (file.empty())
    return Error{ErrorCode::invalid, "there is no place for contexts: set GREETER_CLI_CONFIG to a file"};
  std::error_code error;
  if (const auto folder = std::filesystem::path(file).parent_path(); !folder.empty())
    std::filesystem::create_directories(folder, error);
  return write_file(file, to_text(contexts), 0600);
}

} // namespace greeter
