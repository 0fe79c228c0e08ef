// Certificates that the webhook makes for itself: an authority, which the API server is told to believe, and the
// webhook's own, which that authority vouches for. Pure functions of what is there and of the time.
#pragma once
#include "base/error.hpp"
#include "base/time.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>

namespace greeter::webhook {

// All of it PEM.
struct Credentials {
  std::string authorities;   // certificates, the one that signs first; the others are still believed
  std::string authority_key; // of the first
  std::string certificate, key;

  bool operator==(const Credentials&) const = default;
};

struct Lifetimes {
  std::chrono::hours authority = std::chrono::hours(24) * 3650;
  std::chrono::hours certificate = std::chrono::hours(24) * 90;
};

// What has to take the place of `there` at this time, because it makes no sense, or because of its age; nothing: it may
// stay. The certificate is for `names`, DNS names and addresses. It is renewed when two thirds of its life are over,
// the authority when nine tenths of its are. Whoever believed the old authority believes the new one's certificates
// only from when it was told, so a new authority does not sign at once: the certificate that is there stays, and so
// does the old authority among `authorities` until its end.
Result<std::optional<Credentials>> renewed(const Credentials& there, std::span<const std::string> names, Timestamp now,
                                           const Lifetimes& lifetimes = {});

// The end of the first certificate in the text; nothing: there is none.
std::optional<Timestamp> end_of(const std::string& certificates);

} // namespace greeter::webhook
