// For whom a proxy has sent a request: X-Forwarded-For, or Forwarded (RFC 7239).
#pragma once
#include "base/address.hpp"

#include <span>
#include <string_view>

namespace greeter {

// The last address on the request's way that is no trusted proxy's, as far back as trusted proxies tell: what whoever
// is not trusted says of others is not believed. `peer` is whom the connection is with.
//
// X-Forwarded-For counts, and only where there is none Forwarded does: proxies that write the former pass on the latter
// as the client sent it. A Forwarded that is not well-formed says nothing.
Address client_of(const Address& peer, std::string_view headers, std::span<const Network> trusted_proxies);

} // namespace greeter
