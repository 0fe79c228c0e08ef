// The public port: the greeting at /, GET /health, and the API with its pages where there is one.
#pragma once
#include "base/published.hpp"
#include "http/access_log.hpp"
#include "http/api/api.hpp"
#include "http/router.hpp"
#include "http/site.hpp"

#include <optional>

namespace greeter {

class PublicHandler final : public Handler {
public:
  // `api`: null where there is none.
  PublicHandler(const Published<Site>& site, api::Api* api, const Settings& settings, Log& log, unsigned worker);

  int answer(const Exchange& exchange, std::string& out) override;
  void refused(const Address& peer, const RequestIds& ids, int status) override;

private:
  struct Answered {
    int status;
    std::optional<std::size_t> customer; // the index of who was meant
  };
  Answered respond(const Exchange& exchange, std::string& out);
  int greet(const Exchange& exchange, std::size_t customer, std::string& out);
  Response without_greeting(const Request& request);

  Published<Site>::Reader site_;
  api::Api* api_;
  AccessLog access_log_;
  Router router_;
  unsigned worker_;
};

} // namespace greeter
