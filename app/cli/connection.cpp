#include "cli/connection.hpp"

#include "base/text.hpp"
#include "cli/contexts_file.hpp"
#include "cli/token_file.hpp"
#include "net/url.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdlib>

namespace greeter {

namespace {

constexpr auto default_server = "http://localhost:8080";

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

Error usage(std::string message) { return {ErrorCode::invalid, std::move(message)}; }

bool is_address(std::string_view host) {
  return host.find(':') != std::string_view::npos || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// A token in the clear is everybody's.
std::optional<Error> unsafe(const Url& url, const Target& target, const ConnectionOptions& options) {
  if (url.tls || target.token.empty() || options.insecure_http || is_loopback(url.host)) return {};
  return usage(fmt::format("{} is plain http to another machine: whoever listens on the way could read the token (from "
                           "{}) and use it. Use https, or --insecure-http where you trust the whole way",
                           target.server, target.token_source));
}

Result<bool> take_token(Target& target, const std::string& file, const std::string& source) {
  target.token_source = source;
  auto token = read_token_file(file);
  if (!token) return usage(fmt::format("{} (from {})", token.error().message, source));
  target.token = std::move(token.value());
  return true;
}

Result<bool> find_token(Target& target, const ConnectionOptions& options, const Context* context) {
  if (!options.token_file.empty()) return take_token(target, options.token_file, "--token-file " + options.token_file);
  if (context && !context->token_file.empty())
    return take_token(target, context->token_file, fmt::format("context {}, {}", target.name, context->token_file));
  if (const auto file = variable("GREETER_TOKEN_FILE"); !file.empty())
    return take_token(target, file, "GREETER_TOKEN_FILE=" + file);
  target.token = variable("GREETER_TOKEN");
  if (!target.token.empty()) {
    target.token_source = "GREETER_TOKEN";
    if (!is_token(target.token)) return usage("GREETER_TOKEN is no token: use 16 to 256 letters, digits and -._~+/=");
  }
  return true;
}

// `context`: null for none. `name` is the context's.
Result<Target> make_target(const ConnectionOptions& options, const std::string& name, const Context* context) {
  Target target;
  target.name = name;
  target.ca_file = options.ca_file;
  target.timeout = std::chrono::seconds(options.timeout_seconds);
  const auto named = variable("GREETER_SERVER");
  if (!options.server.empty()) target.server = options.server, target.server_source = "--server";
  else if (context) target.server = context->server, target.server_source = "context " + name;
  else if (!named.empty()) target.server = named, target.server_source = "GREETER_SERVER";
  if (target.server.empty()) target.server = default_server, target.server_source = "the default";
  while (target.server.ends_with('/')) target.server.pop_back();
  const auto url = parse_url(target.server);
  if (!url || url.value().target.find('?') != std::string::npos)
    return usage(fmt::format("server {} ({}) can't be used: write http://host:port or https://host",
                             in_quotes(target.server), target.server_source));
  const auto customer = !options.customer.empty() ? options.customer : context ? context->customer : std::string();
  if (!customer.empty()) {
    const auto host = host_of_customer(target.server, customer);
    if (!host) return host.error();
    target.host = host_field(url.value(), host.value());
  }
  if (target.name.empty()) target.name = customer.empty() ? url.value().host : customer;
  if (const auto token = find_token(target, options, context); !token) return token.error();
  if (auto fault = unsafe(url.value(), target, options)) return std::move(*fault);
  return target;
}

Error unknown_context(const std::string& name, const Contexts& contexts) {
  std::vector<std::string_view> known;
  known.reserve(contexts.all.size());
  for (const auto& [key, context] : contexts.all) known.push_back(key);
  if (known.empty())
    return usage(fmt::format("there is no context {}: {} holds none; greeter contexts set NAME makes one",
                             in_quotes(name), contexts_file()));
  return usage(fmt::format("there is no context {}; there are {}", in_quotes(name), fmt::join(known, ", ")));
}

Result<std::vector<Target>> all_targets(const ConnectionOptions& options, const Contexts& contexts) {
  if (contexts.all.empty())
    return usage(fmt::format("--all-customers runs over every context, but {} holds none; greeter contexts set NAME "
                             "makes one",
                             contexts_file()));
  std::vector<Target> targets;
  for (const auto& [name, context] : contexts.all) {
    auto target = make_target(options, name, &context);
    if (!target) return target.error();
    targets.push_back(std::move(target.value()));
  }
  return targets;
}

} // namespace

void add_connection(CLI::App& app, ConnectionOptions& options, bool several) {
  auto* const server =
      app.add_option("--server", options.server, "server to ask (GREETER_SERVER; default http://localhost:8080)");
  server->type_name("URL")->group(connection_group);
  auto* const customer =
      app.add_option("--customer", options.customer, "customer of that server, or its whole host where that has a dot");
  customer->type_name("NAME")->group(connection_group);
  app.add_option("--token-file", options.token_file,
                 "file with the token (GREETER_TOKEN_FILE; or the token itself in GREETER_TOKEN)")
      ->type_name("FILE")
      ->group(connection_group);
  auto* const context =
      app.add_option("--context", options.context, "server, customer and token by the name of a context");
  context->type_name("CONTEXT")->group(connection_group)->excludes(server);
  app.add_option("--timeout", options.timeout_seconds, "seconds to wait for the server (30)")
      ->type_name("SECONDS")
      ->check(CLI::Range(1U, 3600U).description(""))
      ->group(connection_group);
  app.add_option("--ca-file", options.ca_file, "who may vouch for an https server (/etc/ssl/certs/ca-certificates.crt)")
      ->type_name("FILE")
      ->group(connection_group);
  app.add_flag("--insecure-http", options.insecure_http, "send the token over plain http to another machine")
      ->group(connection_group);
  if (!several) return;
  app.add_flag("--all-customers", options.all_customers, "run over every context")
      ->group(connection_group)
      ->excludes(server)
      ->excludes(customer)
      ->excludes(context);
}

Result<std::string> host_of_customer(std::string_view server, const std::string& customer) {
  const auto lower = to_lower(customer);
  if (!is_dns_name(lower))
    return usage(fmt::format("customer {} can't be part of a host: use its id, like customer-a, or its whole host",
                             in_quotes(customer)));
  if (lower.find('.') != std::string::npos) return lower;
  const auto url = parse_url(server);
  if (!url) return url.error();
  if (is_loopback(url.value().host)) return lower + ".localhost";
  if (is_address(url.value().host))
    return usage(
        fmt::format("{} is an address, which has no domain to find {} in: give --customer the whole host, like "
                    "{}.parcellab.com",
                    url.value().host, lower, lower));
  const auto& domain = url.value().host;
  return domain.starts_with(lower + ".") ? domain : lower + "." + domain;
}

Result<std::vector<Target>> resolve(const ConnectionOptions& options) {
  const bool by_flag = !options.server.empty();
  const bool by_variable = options.context.empty() && !variable("GREETER_SERVER").empty();
  if (!options.all_customers && (by_flag || (by_variable && options.context.empty()))) {
    auto target = make_target(options, "", nullptr);
    if (!target) return target.error();
    return std::vector<Target>{std::move(target.value())};
  }
  const auto contexts = read_contexts();
  if (!contexts) return contexts.error();
  if (options.all_customers) return all_targets(options, contexts.value());
  const auto& name = options.context.empty() ? contexts.value().current : options.context;
  const auto found = contexts.value().all.find(name);
  if (!name.empty() && found == contexts.value().all.end()) return unknown_context(name, contexts.value());
  auto target = make_target(options, name, name.empty() ? nullptr : &found->second);
  if (!target) return target.error();
  return std::vector<Target>{std::move(target.value())};
}

} // namespace greeter
