// Which server, which customer and which token: from flags, the environment and contexts.
#pragma once
#include "base/error.hpp"
#include "http/fetch.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace greeter {

// What a person said, as it stands there.
struct ConnectionOptions {
  std::string server, customer, token_file, context;
  std::string ca_file = FetchRequest::default_ca_file;
  unsigned timeout_seconds = 30;
  bool insecure_http = false;
  bool all_customers = false;
};

// The flags of a command that asks a server. `several`: it can run over every context, so --all-customers is one.
// `options` has to outlive `app`'s parsing.
void add_connection(CLI::App& app, ConnectionOptions& options, bool several = false);

// The group of these flags in --help: the manual tells of them once.
inline constexpr auto connection_group = "Connection";

// Somewhere to send requests to, and all that goes with them.
struct Target {
  std::string name;         // the context, else the customer, else the host: for people
  std::string server;       // an origin, with a path where there is one; no slash at the end
  std::string host;         // the Host field; empty: the server's own
  std::string token;        // empty: none
  std::string token_source; // where the token came from, or would have; for people
  std::string server_source;
  std::string ca_file;
  std::chrono::seconds timeout{30};
};

// The Host field for a customer of a server: NAME.domain, where the domain is the server's own name, or localhost where
// that means this machine. A NAME with a dot is the whole host. Errors: an address has no domain.
Result<std::string> host_of_customer(std::string_view server, const std::string& customer);

// Flags beat the environment (GREETER_SERVER, GREETER_TOKEN_FILE, GREETER_TOKEN), which beats the current context; a
// context named by --context beats the environment. A context's token goes to its own server only. Reads token files.
// With all_customers one target a context, in the order of names. Errors are of usage.
Result<std::vector<Target>> resolve(const ConnectionOptions& options);

} // namespace greeter
