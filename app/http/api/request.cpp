#include "http/api/request.hpp"

#include "base/text.hpp"
#include "http/api/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace greeter::api {

namespace {

struct Named {
  std::string_view path;
  Resource resource;
};
constexpr std::string_view greetings_path = "/api/v1/greetings";
constexpr std::array<Named, 8> fixed{{{"/api/v1/greetings", Resource::greetings},
                                      {"/api/v1/greetings/import", Resource::import},
                                      {"/api/v1/greetings/export", Resource::export_all},
                                      {"/api/v1/greetings/preview", Resource::preview},
                                      {"/api/v1/greetings/timeline", Resource::timeline},
                                      {"/api/v1/greetings/events", Resource::events},
                                      {"/api/v1/visits", Resource::visits},
                                      {"/api/v1/whoami", Resource::whoami}}};

Frame frame_of(std::string_view bytes) {
  constexpr auto most = std::string_view::npos / 2; // the engine's limits have let it pass
  return next_frame(bytes, {most, most, most, most});
}

} // namespace

std::optional<Target> target_of(std::string_view path) {
  const auto decoded = percent_decoded(path);
  if (!decoded) return {};
  const auto* const found =
      std::find_if(fixed.begin(), fixed.end(), [&](const Named& n) { return n.path == *decoded; });
  if (found != fixed.end()) return Target{found->resource, {}};
  if (!decoded->starts_with(greetings_path) || decoded->size() < greetings_path.size() + 2) return {};
  auto id = decoded->substr(greetings_path.size());
  if (id[0] != '/' || id.find('/', 1) != std::string::npos) return {};
  return Target{Resource::greeting, id.substr(1)};
}

std::string_view allowed(Resource resource) {
  switch (resource) {
  case Resource::greetings: return "GET, HEAD, POST";
  case Resource::greeting: return "GET, HEAD, PUT, PATCH, DELETE";
  case Resource::import: return "POST";
  default: return "GET, HEAD";
  }
}

bool allows(Resource resource, std::string_view method) {
  auto list = allowed(resource);
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (trim(list.substr(0, end)) == method) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

bool is_read(std::string_view method) { return method == "GET" || method == "HEAD"; }

Request::Request(const Exchange& exchange, Target what, const std::shared_ptr<const Greeter>& known, std::size_t index,
                 Role asking)
    : bytes(exchange.bytes), frame(frame_of(bytes)), target(std::move(what)), greeter(known), customer_index(index),
      role(asking), peer(exchange.peer), persistence(exchange.persistence), ids(exchange.ids()),
      reply(exchange.later->defer()) {}

Query::Query(std::string_view query) {
  auto parameters = query_parameters(query);
  readable_ = parameters.has_value();
  if (readable_) parameters_ = std::move(*parameters);
}

std::vector<std::string> Query::take_all(std::string_view name) {
  std::vector<std::string> values;
  std::erase_if(parameters_, [&](auto& parameter) {
    if (parameter.first != name) return false;
    values.push_back(std::move(parameter.second));
    return true;
  });
  return values;
}

std::optional<std::string> Query::take(std::string_view name) {
  auto values = take_all(name);
  if (values.empty()) return {};
  if (values.size() > 1) fault(name, values[1], "give it once");
  return std::move(values[0]);
}

void Query::fault(std::string_view name, std::string_view value, std::string rule) {
  faults_.push_back({std::string(name), in_quotes(value.substr(0, 80)), std::move(rule)});
}

std::optional<Response> Query::refusal(std::string_view known) const {
  if (!readable_)
    return problem(400, "The query can't be decoded: a % stands before two hex digits, and the whole is UTF-8 without "
                        "control characters.");
  auto faults = faults_;
  for (const auto& [name, value] : parameters_)
    faults.push_back({name.substr(0, 80), in_quotes(value.substr(0, 80)),
                      known.empty() ? std::string("there are no parameters here")
                                    : fmt::format("is no parameter here; known are {}", known)});
  if (faults.empty()) return {};
  return faults_problem(400, faults);
}

Response faults_problem(int status, std::span<const FieldFault> faults) {
  constexpr std::size_t most = 100;
  auto errors = nlohmann::ordered_json::array();
  std::string detail;
  for (const auto& fault : faults.subspan(0, std::min(faults.size(), most))) {
    errors.push_back({{"field", fault.field}, {"value", fault.value}, {"rule", fault.rule}});
    if (errors.size() <= 3) detail += (detail.empty() ? "" : "; ") + to_string(fault);
  }
  if (faults.size() > 3) detail += fmt::format("; and {} more", faults.size() - 3);
  return problem(status, detail, {{"errors", std::move(errors)}});
}

std::string media_type(const Request& request) {
  const auto value = field(request.frame.headers, "content-type").value_or("");
  return to_lower(trim(std::string_view(value).substr(0, value.find(';'))));
}

Result<nlohmann::json> json_body(const Request& request, std::span<const std::string_view> media_types, int& status) {
  const auto type = media_type(request);
  if (std::find(media_types.begin(), media_types.end(), type) == media_types.end()) {
    status = 415;
    return Error{ErrorCode::invalid,
                 fmt::format("Content-Type is {}; send {}", in_quotes(type), fmt::join(media_types, " or "))};
  }
  status = 400;
  return parse_json(body_of(request.frame));
}

} // namespace greeter::api
