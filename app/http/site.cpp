#include "http/site.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace greeter {

namespace {

std::shared_ptr<GreetingCount> count_of(const Customer& customer, unsigned workers, const Site* previous) {
  if (previous) {
    const auto before = previous->greeter.customers();
    const auto same = std::lower_bound(before.begin(), before.end(), customer.id,
                                       [](const Customer& c, const std::string& id) { return c.id < id; });
    if (same != before.end() && same->id == customer.id)
      return previous->pages[static_cast<std::size_t>(same - before.begin())].count;
  }
  return std::make_shared<GreetingCount>(workers);
}

// A greeting may change at any time: caches have to ask, and get a 304 as long as it has not.
Page page_of(const Customer& customer, std::shared_ptr<GreetingCount> count) {
  const auto body = nlohmann::json{{"response", customer.greeting}}.dump();
  Page page{'"' + fingerprint(body) + '"', {}, {}, std::move(count)};
  const auto validators = fmt::format("Cache-Control: no-cache\r\nETag: {}\r\n", page.etag);
  page.greeting.reserve(persistences.size());
  page.not_modified.reserve(persistences.size());
  for (const auto persistence : persistences) {
    page.greeting.emplace_back(200, "Content-Type: application/json\r\n" + validators, body, persistence);
    page.not_modified.emplace_back(304, validators, "", persistence);
  }
  return page;
}

} // namespace

std::shared_ptr<const Site> make_site(Configuration configuration, unsigned workers, const Site* previous) {
  std::vector<Page> pages;
  pages.reserve(configuration.customers.size());
  for (const auto& customer : configuration.customers)
    pages.push_back(page_of(customer, count_of(customer, workers, previous)));
  return std::make_shared<const Site>(
      Site{Greeter(std::move(configuration.customers), std::move(configuration.customer_name)), std::move(pages),
           std::move(configuration.hash)});
}

std::string unready_reason(const Site& site) {
  if (site.greeter.knows_its_customer()) return {};
  return "there is no customer named " + in_quotes(site.greeter.only());
}

} // namespace greeter
