// What the public port serves: the domain with everything prepared for HTTP. One immutable whole, swapped on reload.
#pragma once
#include "base/published.hpp"
#include "config/configuration.hpp"
#include "greeting/greeter.hpp"
#include "http/metrics.hpp"
#include "http/ready_response.hpp"

#include <memory>
#include <string>
#include <vector>

namespace greeter {

// Prepared for one customer.
struct Page {
  std::string etag;
  std::vector<ReadyResponse> greeting;     // by Persistence
  std::vector<ReadyResponse> not_modified; // likewise
  std::shared_ptr<GreetingCount> count;
};

struct Site {
  Greeter greeter;
  std::vector<Page> pages; // one for each of greeter.customers()
  std::string hash;        // of the configuration
};

// A customer of `previous` (may be null) keeps its count.
std::shared_ptr<const Site> make_site(Configuration configuration, unsigned workers, const Site* previous);

// Why this can't do its work, for /readyz and the log; empty: it can.
std::string unready_reason(const Site& site);

} // namespace greeter
