// The API: who may ask what is decided at once, on the worker; what it takes to answer happens on the API's own
// threads.
#pragma once
#include "base/published.hpp"
#include "http/api/lane.hpp"

#include <memory>
#include <string>
#include <variant>

namespace greeter::api {

// Thread-safe. Everything it is made of outlives it.
class Api {
public:
  Api(const Context& context, Tokens tokens, Log& log);

  // Answers a request for a path below /api/, as Handler::answer does. `customer` is whom the host means.
  int answer(const Exchange& exchange, const std::shared_ptr<const Greeter>& greeter, std::size_t customer,
             std::string& out);

  void replace_tokens(Tokens tokens) { tokens_.publish(std::make_shared<const Tokens>(std::move(tokens))); }

private:
  struct Admitted {
    Role role;
    Target target;
  };
  std::variant<Admitted, Response> admit(const Exchange& exchange) const;
  Lane& lane_of(const Admitted& request, std::string_view method);

  const Context context_;
  Published<Tokens> tokens_;
  ReadLane reads_;
  WriteLane writes_;
  std::unique_ptr<VisitLane> visits_; // null: there is no store
};

} // namespace greeter::api
