// cpp-httplib behind the engine: it parses a framed request's head and writes the response; this finds the resource.
// The differences between its versions stay in router.cpp.
#pragma once
#include "base/log.hpp"
#include "http/handler.hpp"
#include "http/response.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace greeter {

struct Request {
  std::string_view method;
  std::string_view path; // percent-decoded, without the query
  std::string_view host; // as sent
};

// Serves resources by exact path. HEAD is GET without the body; other methods get 405 with Allow, other paths 404.
class Router final : public Handler {
public:
  using Resource = std::function<Response(const Request&)>;

  // What responses tell clients of the engine's limits.
  struct KeepAlive {
    std::chrono::milliseconds idle_timeout;
    std::size_t requests;
  };
  Router(Log& log, const KeepAlive& keep_alive);
  ~Router() override;

  void get(std::string path, Resource resource);

  int answer(const Exchange& exchange, std::string& out) override;
  void refused(const Address&, const RequestIds&, int) override {}

private:
  class Httplib;
  std::unique_ptr<Httplib> httplib_;
};

} // namespace greeter
