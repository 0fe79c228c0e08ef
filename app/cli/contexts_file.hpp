// Servers and customers that the person at the command line has given names.
#pragma once
#include "base/error.hpp"

#include <map>
#include <string>
#include <string_view>

namespace greeter {

struct Context {
  std::string server;     // http:// or https:// URL; empty: the default one
  std::string customer;   // empty: whoever the server's own name means
  std::string token_file; // absolute; empty: none

  bool operator==(const Context&) const = default;
};

struct Contexts {
  std::map<std::string, Context> all; // by name: a DNS label
  std::string current;                // one of them, or empty

  bool operator==(const Contexts&) const = default;
};

// The YAML of the file:
//   current: a
//   contexts:
//     a: {server: http://localhost:8080, customer: customer-a, token_file: /home/me/tokens}
// A token_file may begin with ~/ (that is `home`) or stand relative to `folder`. `name` is for errors, which name the
// line or the key.
Result<Contexts> parse_contexts(std::string_view text, const std::string& name, const std::string& folder,
                                const std::string& home);
std::string to_text(const Contexts& contexts);

// Where it is: $GREETER_CLI_CONFIG, else $XDG_CONFIG_HOME/greeter/config.yaml, else ~/.config/greeter/config.yaml;
// empty: this process has no home either.
std::string contexts_file();

// What the file holds; without a file: nothing.
Result<Contexts> read_contexts();
// Makes the folder where it is missing.
Result<bool> write_contexts(const Contexts& contexts);

} // namespace greeter
