#include "kube/client.hpp"

#include "base/text.hpp"
#include "kube/connections.hpp"
#include "kube/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace greeter::kube {

namespace {

constexpr std::size_t piece = 500, most_pieces = 1000, most_beginnings = 3;

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string text_in(const Json& object, const char* name) {
  const auto* const found = member(object, name);
  return found && found->is_string() ? found->get<std::string>() : std::string();
}

std::string text_in_metadata(const Json& object, const char* name) {
  const auto* const metadata = member(object, "metadata");
  return metadata ? text_in(*metadata, name) : std::string();
}

// Of an object that is sent: it may be sent twice where no version has to fit.
bool is_repeatable(const Json& object) { return text_in_metadata(object, "resourceVersion").empty(); }

// Items of the server's own kinds do not say what they are.
void name_items(Json& items, const Json& list) {
  auto kind = text_in(list, "kind");
  if (!kind.ends_with("List")) return;
  kind.resize(kind.size() - 4);
  for (auto& item : items) {
    if (!item.is_object() || item.contains("kind")) continue;
    item["kind"] = kind;
    item["apiVersion"] = text_in(list, "apiVersion");
  }
}

// One answer to a list's question.
struct Piece {
  std::vector<Json> items;
  std::string version, next; // the token for the next one; empty after the last
};

std::optional<Piece> read_piece(const std::string& body) {
  auto part = Json::parse(body, nullptr, false);
  const auto* const items = member(part, "items");
  Piece read{
      .items = {}, .version = text_in_metadata(part, "resourceVersion"), .next = text_in_metadata(part, "continue")};
  if (!items || !(items->is_array() || items->is_null()) || read.version.empty()) return {};
  name_items(part["items"], part);
  if (items->is_array()) read.items = std::move(part["items"].get_ref<std::vector<Json>&>());
  return read;
}

} // namespace

Client::Client(Access access) : connections_(std::make_unique<Connections>(std::move(access))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

const std::string& Client::home() const { return connections_->access().space; }

Result<Json> Client::get(const std::string& path) {
  return connections_->ask_object({.method = "GET", .target = path});
}

Result<List> Client::list(const std::string& path, const Selection& selection, const std::stop_token& stop) {
  List list;
  const auto add = [&](std::vector<Json>&& items, bool is_first) {
    if (is_first) list.items.clear();
    std::move(items.begin(), items.end(), std::back_inserter(list.items));
  };
  auto version = list_in_pieces(path, add, selection, stop);
  if (!version) return version.error();
  list.version = std::move(version.value());
  return list;
}

Result<std::string> Client::list_in_pieces(const std::string& path, const OnPiece& on_piece, const Selection& selection,
                                           const std::stop_token& stop) {
  const auto first = target_of(path, fmt::format("limit={}", piece), selection);
  const Interrupt interrupt;
  const std::stop_callback on_stop(stop, [&] { interrupt.raise(); });
  std::string next;
  for (std::size_t pieces = 0, beginnings = 0; pieces < most_pieces && beginnings < most_beginnings; ++pieces) {
    const Request request{.method = "GET",
                          .target = next.empty() ? first : first + "&continue=" + percent_encoded(next),
                          .accept = accept_of("PartialObjectMetadataList", selection)};
    auto body = connections_->ask(request, interrupt);
    if (!body && (next.empty() || body.error().code != ErrorCode::not_found)) return body.error();
    if (!body) { // 410: too much time has passed since the first piece
      next.clear();
      ++beginnings;
      continue;
    }
    auto read = read_piece(body.value());
    if (!read) return Error{ErrorCode::internal, request.name() + ": the server's answer is no list"};
    body.value() = std::string(); // its room is wanted
    on_piece(std::move(read->items), next.empty());
    if (read->next.empty()) return std::move(read->version);
    next = std::move(read->next);
  }
  return Error{ErrorCode::internal,
               path + ": the server's list has more than 1,000 pieces, or is too old before it ends"};
}

Result<Json> Client::create(const std::string& collection, const Json& object) {
  return connections_->ask_object({.method = "POST",
                                   .target = collection,
                                   .body = text_of(object),
                                   .content_type = json_type,
                                   .is_repeatable = false});
}

Result<Json> Client::replace(const std::string& path, const Json& object) {
  return connections_->ask_object(
      {.method = "PUT", .target = path, .body = text_of(object), .content_type = json_type, .is_repeatable = false});
}

Result<Json> Client::apply(const std::string& path, const Json& object, const ApplyOptions& options) {
  auto query = "fieldManager=" + percent_encoded(options.manager);
  if (options.force) query += "&force=true";
  return connections_->ask_object({.method = "PATCH",
                                   .target = with_query(options.status ? path + "/status" : path, query),
                                   .body = text_of(object),
                                   .content_type = "application/apply-patch+yaml", // which JSON is, too
                                   .is_repeatable = is_repeatable(object)});
}

Result<Json> Client::patch(const std::string& path, const Json& patch) {
  return connections_->ask_object({.method = "PATCH",
                                   .target = path,
                                   .body = text_of(patch),
                                   .content_type = "application/merge-patch+json",
                                   .is_repeatable = is_repeatable(patch)});
}

Result<Json> Client::remove(const std::string& path, const std::string& version, Json options) {
  options["apiVersion"] = "v1";
  options["kind"] = "DeleteOptions";
  if (!version.empty()) options["preconditions"]["resourceVersion"] = version;
  return connections_->ask_object({.method = "DELETE",
                                   .target = path,
                                   .body = text_of(options),
                                   .content_type = json_type,
                                   .is_repeatable = version.empty()});
}

Result<Kind> Client::kind(const std::string& group_version, const std::string& kind) {
  const auto slash = group_version.find('/');
  Kind found{.group = slash == std::string::npos ? "" : group_version.substr(0, slash),
             .version = group_version.substr(slash == std::string::npos ? 0 : slash + 1),
             .plural = {}};
  const auto look = [&](const Json& resources) {
    for (const auto& resource : resources) {
      const auto name = text_in(resource, "name");
      if (text_in(resource, "kind") != kind || name.find('/') != std::string::npos) continue;
      found.plural = name;
      found.namespaced = resource.value("namespaced", Json(true)) == true;
      return true;
    }
    return false;
  };
  {
    const std::lock_guard lock(connections_->mutex);
    const auto known = connections_->discovered.find(group_version);
    if (known != connections_->discovered.end() && look(known->second)) return found;
  }
  auto answer = get((found.group.empty() ? "/api/" : "/apis/") + group_version);
  if (!answer) return answer.error();
  const auto* const resources = member(answer.value(), "resources");
  if (!resources || !resources->is_array())
    return Error{ErrorCode::internal, fmt::format("the server does not say what {} holds", group_version)};
  if (!look(*resources))
    return Error{ErrorCode::not_found, fmt::format("the server knows no {} in {}", kind, group_version)};
  const std::lock_guard lock(connections_->mutex);
  connections_->discovered[group_version] = *resources;
  return found;
}

} // namespace greeter::kube
