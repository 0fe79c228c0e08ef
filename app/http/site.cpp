#include "http/site.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace greeter {

namespace {

Offer make_offer(GreetingPtr greeting, const std::string& text, GreetingCounts& counts) {
  const auto body = nlohmann::json{{"response", text}}.dump();
  const std::string language = greeting ? greeting->language : std::string();
  auto count = counts.of(greeting ? greeting->id : "");
  Offer offer{std::move(greeting), '"' + fingerprint(body + language) + '"', {}, {}, std::move(count)};
  auto fields = fmt::format("{}ETag: {}\r\n", greeting_fields, offer.etag);
  if (!language.empty()) fields += fmt::format("Content-Language: {}\r\n", language);
  offer.whole.reserve(persistences.size());
  offer.not_modified.reserve(persistences.size());
  for (const auto persistence : persistences) {
    offer.whole.emplace_back(200, "Content-Type: application/json\r\n" + fields, body, persistence);
    offer.not_modified.emplace_back(304, fields, "", persistence);
  }
  return offer;
}

} // namespace

std::shared_ptr<const Page> make_page(const Customer& customer, Due due,
                                      const std::shared_ptr<GreetingCounts>& counts) {
  auto page = std::make_shared<Page>();
  page->offers.reserve(due.choices.size() + 1);
  page->offers.push_back(make_offer(nullptr, customer.greeting, *counts));
  for (const auto& choice : due.choices) {
    if (choice.greeting == due.any) page->usual = page->offers.size();
    page->offers.push_back(make_offer(choice.greeting, choice.greeting->text, *counts));
  }
  page->due = std::move(due);
  page->counts = counts;
  return page;
}

const Offer& Page::offer_for(std::string_view accept_language) const {
  if (accept_language.empty() || offers.size() == 1) return offers[usual];
  const auto chosen = due.choose(accept_language);
  return *std::find_if(offers.begin(), offers.end(), [&](const Offer& offer) { return offer.greeting == chosen; });
}

std::string unready_reason(const Site& site) {
  if (site.greeter->knows_its_customer()) return {};
  return "there is no customer named " + in_quotes(site.greeter->only());
}

} // namespace greeter
