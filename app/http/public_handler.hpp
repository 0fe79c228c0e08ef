// The public port: GET / and GET /health.
#pragma once
#include "base/published.hpp"
#include "http/access_log.hpp"
#include "http/router.hpp"
#include "http/site.hpp"

namespace greeter {

class PublicHandler final : public Handler {
public:
  PublicHandler(const Published<Site>& site, Log& log, std::chrono::milliseconds idle_timeout, unsigned worker);

  int answer(const Exchange& exchange, std::string& out) override;
  void refused(std::string_view peer, int status) override;

private:
  int respond(const Exchange& exchange, std::string& out);
  Response nobody(std::string_view host);

  Published<Site>::Reader site_;
  AccessLog access_log_;
  Router router_;
  unsigned worker_;
};

} // namespace greeter
