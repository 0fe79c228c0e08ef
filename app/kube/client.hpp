// A client of the Kubernetes API: objects are JSON, as the server has them.
#pragma once
#include "base/error.hpp"
#include "kube/access.hpp"
#include "kube/path.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace greeter::kube {

using Json = nlohmann::json;

struct List {
  std::vector<Json> items;
  std::string version; // resourceVersion of the whole, from which a watch goes on
};

// What of a collection is wanted.
struct Selection {
  std::string labels = {};    // that the objects have to have, as a selector; empty: all of them
  bool metadata_only = false; // each as PartialObjectMetadata: who it is, but not what it says
};

struct ApplyOptions {
  std::string manager; // owns the fields that are sent
  bool force = false;  // takes fields that others own; else they are a `conflict`
  bool status = false; // of the status subresource
};

struct Event {
  enum class Kind : std::uint8_t { added, modified, deleted, bookmark };
  Kind kind;
  Json object; // of a bookmark: just its version; of what was deleted: as it was before, with the version of its
               // deletion
};

// How a watch came to its end, where that was no error.
enum class WatchEnd : std::uint8_t {
  ended,   // by the server, or it broke off, or was silent for too long: go on from the last version seen
  expired, // the server no longer knows the version (410), or the collection: list anew
  stopped, // as asked
};

// Thread-safe. Every call blocks, at most for the access' timeout, pauses and repetitions included. Reads, and whatever
// may be repeated without harm, are tried again a few times with growing pauses where the server is busy or gone;
// creations, replacements and what names a version only where it says that it did nothing (429, 503 with Retry-After),
// or could not be connected to. Errors:
//   invalid      400, 422 and others of 4xx; a URL or file that makes no sense
//   not_found    404, 410
//   conflict     409: it is there already, or has another version, or the field is another's
//   refused      403 for a change that there is the right to: a quota, a policy, a namespace on its way out
//   unavailable  no answer, 401, 403, 429, 5xx; the server's message says which right is missing
//   uncertain    a change that was answered by 500, 502 or 504, by something that makes no sense, or not at all
//   internal     an answer that makes no sense, or is larger than 64 MiB (events: 4 MiB), or a list
//                that does not end
// Messages are the server's own, cut to 500 bytes; no token is in them.
class Client {
public:
  explicit Client(Access access);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // The namespace that the access is for: of the pod, or of the kubeconfig's context ("default" where it says none).
  const std::string& home() const;

  // An object, or any other path: get("/version").
  Result<Json> get(const std::string& path);
  // A collection, asked for in pieces of 500. A stop that is requested ends it at once.
  Result<List> list(const std::string& path, const Selection& selection = {}, const std::stop_token& stop = {});
  // The same, but each piece is handed on as it comes, so that no more than one is held here. `is_first`: those before
  // it are void, as the server no longer knows the version that they were of. Returns the version.
  using OnPiece = std::function<void(std::vector<Json>&& items, bool is_first)>;
  Result<std::string> list_in_pieces(const std::string& path, const OnPiece& on_piece, const Selection& selection = {},
                                     const std::stop_token& stop = {});

  Result<Json> create(const std::string& collection, const Json& object);
  // The whole object; its metadata.resourceVersion, where there is one, has to be the one that is there.
  Result<Json> replace(const std::string& path, const Json& object);
  // Server-side apply.
  Result<Json> apply(const std::string& path, const Json& object, const ApplyOptions& options);
  // JSON merge patch (RFC 7396); with metadata.resourceVersion in it, only where that is the one that is there.
  Result<Json> patch(const std::string& path, const Json& patch);
  // `version`: the one it has to have; "" for any. What else is asked for: {"propagationPolicy": "Foreground"}.
  // The server's answer: the object where something holds it (finalizers), else that or a Status.
  Result<Json> remove(const std::string& path, const std::string& version = "", Json options = Json::object());

  // Events after `version`, one at a time in their order, until the server ends it, something is wrong, or a stop is
  // requested, which ends it at once. Bookmarks come about once a minute, but only where anything of the kind changed,
  // be it elsewhere. `on_open`: the server has accepted it.
  Result<WatchEnd> watch(const std::string& path, const std::string& version,
                         const std::function<void(Event)>& on_event, const std::stop_token& stop,
                         const Selection& selection = {}, const std::function<void()>& on_open = {});

  // Where objects of a kind are ("apps/v1", "Deployment"), as the server's discovery says; remembered. `not_found`
  // where it knows no such kind.
  Result<Kind> kind(const std::string& group_version, const std::string& kind);

private:
  class Connections;
  std::unique_ptr<Connections> connections_;
};

} // namespace greeter::kube
