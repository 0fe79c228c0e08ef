#include "greeting/customer_json.hpp"

#include "base/text.hpp"
#include "greeting/greeting_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace greeter {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 5> known{"name", "greeting", "greetings", "hosts", "domain"};

class Reader {
public:
  Reader(const json& spec, CustomerRead& out) : spec_(spec), out_(out) {}

  void read(std::string_view default_domain, std::span<const std::string_view> others) {
    refuse_unknown(others);
    if (const auto broken = customer_rules::stem(out_.customer.id, CustomerLimits::stem))
      fault("id", out_.customer.id, broken->right);
    required("name", customer_rules::name, out_.customer.name);
    required("greeting", customer_rules::greeting, out_.customer.greeting);
    read_greetings();
    std::string domain(default_domain);
    if (const auto* value = find("domain")) text("domain", *value, customer_rules::domain, domain);
    if (!domain.empty()) add_host("domain", domain, out_.customer.id + "." + domain);
    read_hosts();
  }

private:
  using Rule = std::optional<BrokenRule> (*)(std::string_view);

  // Null where the member is not there or is null.
  const json* find(const char* name) const {
    const auto found = spec_.find(name);
    return found == spec_.end() || found->is_null() ? nullptr : &*found;
  }

  void fault(std::string field, const json& value, std::string rule) {
    out_.faults.push_back({std::move(field), excerpt(value), std::move(rule)});
  }

  void refuse_unknown(std::span<const std::string_view> others) {
    for (const auto& [name, value] : spec_.items()) {
      const auto is = [&name = name](std::string_view candidate) { return candidate == name; };
      if (std::any_of(known.begin(), known.end(), is) || std::any_of(others.begin(), others.end(), is)) continue;
      const auto meant = name.size() < 32 ? nearest(name, known) : std::string_view();
      fault(in_quotes(std::string_view(name).substr(0, 80)), value,
            meant.empty() ? fmt::format("leave it out: a customer has {}", fmt::join(known, ", "))
                          : fmt::format("did you mean {}?", meant));
    }
  }

  void text(const std::string& field, const json& value, Rule rule, std::string& into) {
    if (!value.is_string()) return fault(field, value, "use text");
    const auto& given = value.get_ref<const std::string&>();
    if (const auto broken = rule(given)) return fault(field, value, broken->right);
    into = given;
  }

  void required(const char* name, Rule rule, std::string& into) {
    if (const auto* value = find(name)) return text(name, *value, rule, into);
    out_.faults.push_back({name, spec_.contains(name) ? "null" : "", "write at least one visible character"});
  }

  void read_greetings() {
    const auto* value = find("greetings");
    if (!value) return;
    if (!value->is_object()) return fault("greetings", *value, "use an object of ids and greetings");
    for (const auto& [id, greeting] : value->items()) {
      auto read = read_greeting(greeting, id);
      const auto path = "greetings." + (is_dns_label(id) ? id : in_quotes(std::string_view(id).substr(0, 80)));
      for (auto& broken : read.faults)
        out_.faults.push_back({broken.field == "id" || broken.field == "greeting" ? path : path + "." + broken.field,
                               std::move(broken.value), std::move(broken.rule)});
      read.greeting.origin = Origin::configuration;
      out_.customer.greetings.push_back(std::move(read.greeting));
    }
  }

  void read_hosts() {
    const auto* value = find("hosts");
    if (!value) return;
    if (!value->is_array()) return fault("hosts", *value, "use a list of host names");
    if (value->size() > CustomerLimits::hosts)
      return fault("hosts", *value, fmt::format("use at most {} hosts", CustomerLimits::hosts));
    for (std::size_t i = 0; i < value->size(); ++i) {
      const auto field = fmt::format("hosts[{}]", i);
      std::string host;
      text(field, (*value)[i], [](std::string_view name) { return customer_rules::host(name); }, host);
      if (!host.empty()) add_host(field, host, host);
    }
  }

  void add_host(const std::string& field, const std::string& given, const std::string& host) {
    auto& hosts = out_.customer.hosts;
    if (!is_dns_name(host)) {
      if (!is_dns_label(out_.customer.id)) return; // a fault already
      return fault(field, given, "use a shorter one: no host has more than 253 characters");
    }
    if (host == local_host(out_.customer) || std::find(hosts.begin(), hosts.end(), host) != hosts.end())
      return fault(field, given, "leave it out: the customer has that host already");
    hosts.push_back(host);
  }

  const json& spec_;
  CustomerRead& out_;
};

} // namespace

CustomerRead read_customer(const json& spec, std::string_view id, std::string_view default_domain,
                           std::span<const std::string_view> others) {
  CustomerRead out;
  out.customer.id = id;
  if (spec.is_object()) Reader(spec, out).read(default_domain, others);
  else out.faults.push_back({"spec", excerpt(spec), "use an object with name and greeting"});
  return out;
}

} // namespace greeter
