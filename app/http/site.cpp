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

ReadyResponse ready(std::string_view body, std::string_view connection) {
  auto bytes = fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{}\r\n",
                           body.size(), connection);
  const auto head_size = bytes.size();
  return {bytes.append(body), head_size};
}

} // namespace

std::shared_ptr<const Site> make_site(Configuration configuration, unsigned workers, const Site* previous) {
  std::vector<Page> pages;
  for (const auto& customer : configuration.customers) {
    const auto body = nlohmann::json{{"response", customer.greeting}}.dump();
    pages.push_back({ready(body, ""), ready(body, "Connection: close\r\n"), count_of(customer, workers, previous)});
  }
  return std::make_shared<const Site>(
      Site{Greeter(std::move(configuration.customers), std::move(configuration.customer_name)), std::move(pages),
           std::move(configuration.hash)});
}

std::string unready_reason(const Site& site) {
  if (site.greeter.knows_its_customer()) return {};
  return "there is no customer named " + in_quotes(site.greeter.only());
}

} // namespace greeter
