// The public port: GET / and GET /health.
#pragma once
#include "base/published.hpp"
#include "http/access_log.hpp"
#include "http/router.hpp"
#include "http/site.hpp"

namespace greeter {

class PublicHandler final : public Handler {
public:
  PublicHandler(const Published<Site>& site, Log& log, const Router::KeepAlive& keep_alive, unsigned worker);

  int answer(const Exchange& exchange, std::string& out) override;
  void refused(const Address& peer, int status) override;

private:
  struct Answered {
    int status;
    std::optional<std::size_t> customer; // the index of who was meant
  };
  Answered respond(const Exchange& exchange, std::string& out);
  Response without_greeting(const Request& request);

  Published<Site>::Reader site_;
  AccessLog access_log_;
  Router router_;
  unsigned worker_;
};

} // namespace greeter
