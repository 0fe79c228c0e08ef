// A request of the API on its way from a worker to the thread that answers it.
#pragma once
#include "greeting/greeter.hpp"
#include "http/api/tokens.hpp"
#include "http/connection.hpp"
#include "http/handler.hpp"
#include "http/response.hpp"
#include "http/target.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace greeter::api {

enum class Resource { greetings, greeting, import, export_all, preview, timeline, events, visits, whoami };

// What a path below /api/v1 names; nothing: nothing. `id` is that of a Resource::greeting.
struct Target {
  Resource resource;
  std::string id;
};
std::optional<Target> target_of(std::string_view path);

// Value of the Allow field.
std::string_view allowed(Resource resource);
bool allows(Resource resource, std::string_view method);
bool is_read(std::string_view method); // GET or HEAD

// Owns all that it needs: the worker's buffer is gone when it is answered. `frame` looks into `bytes`.
struct Request {
  // Defers the answer.
  Request(const Exchange& exchange, Target what, const std::shared_ptr<const Greeter>& known, std::size_t index,
          Role asking);
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  const Customer& customer() const { return greeter->customers()[customer_index]; }

  const std::string bytes;
  const Frame frame;
  const Target target;
  const std::shared_ptr<const Greeter> greeter;
  const std::size_t customer_index;
  const Role role;
  const Address peer;
  const Persistence persistence;
  const RequestIds ids;
  const Clock::time_point since = Clock::now();
  const DeferredReply reply;
};
using RequestPtr = std::unique_ptr<Request>;

// Names a query's parameters one by one, and refuses what nobody asked for.
class Query {
public:
  explicit Query(std::string_view query);

  // The value of the parameter, which may be there once; takes it off.
  std::optional<std::string> take(std::string_view name);
  std::vector<std::string> take_all(std::string_view name);

  // A fault of a value that was taken.
  void fault(std::string_view name, std::string_view value, std::string rule);

  // 400 with every fault, and with every parameter that nobody took; nothing: all is well. Call last.
  std::optional<Response> refusal(std::string_view known) const;

private:
  bool readable_;
  Parameters parameters_;
  std::vector<FieldFault> faults_;
};

// 422 (or 400), with every field that is wrong, its value and the rule.
Response faults_problem(int status, std::span<const FieldFault> faults);

// The body as JSON; else a refusal: another media type, no JSON, a member twice.
Result<nlohmann::json> json_body(const Request& request, std::span<const std::string_view> media_types, int& status);

// The media type without parameters, in lower case; empty: none.
std::string media_type(const Request& request);

} // namespace greeter::api
