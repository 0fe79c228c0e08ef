// What the public port serves: the domain with everything prepared for HTTP. One immutable whole, swapped at every
// change.
#pragma once
#include "greeting/greeter.hpp"
#include "greeting/schedule.hpp"
#include "http/greeting_counts.hpp"
#include "http/ready_response.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace greeter {

// A greeting that a client may get, ready to be sent.
struct Offer {
  GreetingPtr greeting; // null: the customer's own text
  std::string etag;
  std::vector<ReadyResponse> whole;        // by Persistence
  std::vector<ReadyResponse> not_modified; // likewise
  std::shared_ptr<GreetingCount> count;
};

// Prepared for one customer, as of one moment.
struct Page {
  Due due;
  std::vector<Offer> offers; // the customer's own text first
  std::size_t usual = 0;     // of `offers`: for clients that name no language
  std::shared_ptr<const GreetingCounts> counts;

  // For a client with this Accept-Language field.
  const Offer& offer_for(std::string_view accept_language) const;
};

std::shared_ptr<const Page> make_page(const Customer& customer, Due due, const std::shared_ptr<GreetingCounts>& counts);

struct Site {
  std::shared_ptr<const Greeter> greeter;
  std::vector<std::shared_ptr<const Page>> pages; // one for each of greeter->customers()
  std::string hash;                               // of the configuration
};

// Fields of everything at /: what it depends on, and that caches have to ask whether it still holds.
inline constexpr std::string_view greeting_fields = "Cache-Control: no-cache\r\nVary: Accept, Accept-Language\r\n";

// Why this can't do its work, for /readyz and the log; empty: it can.
std::string unready_reason(const Site& site);

} // namespace greeter
