// The URL of a store on Redis. Pure.
#pragma once
#include "base/error.hpp"
#include "net/stream.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace greeter::redis {

struct Url {
  bool sentinel = false; // `hosts` are sentinels, to be asked for the master
  bool tls = false;
  std::string user; // empty: the user named default
  std::vector<Endpoint> hosts;
  std::string master = "greeter"; // as the sentinels call it
  unsigned database = 0;
  std::string prefix = "greeter:"; // of every key
  unsigned replicas = 0;           // that have to have a write before it is acknowledged
  std::string ca_file, certificate_file, key_file;
};

bool is_url(std::string_view text); // whether it is meant for Redis

// redis://[USER@]HOST[:PORT][/DB][?OPTIONS] or redis+sentinel://[USER@]HOST[:PORT],...[/MASTER[/DB]][?OPTIONS], with
// rediss for TLS. Options: prefix, replicas, ca, cert, key. Refuses passwords: a URL is shown in too many places.
Result<Url> parse_url(std::string_view text);

} // namespace greeter::redis
