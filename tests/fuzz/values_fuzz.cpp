// The values format, as a file of one customer and as a folder. A form feed in the input, which no YAML may hold, parts
// it into the files of a folder.
#include "check.hpp"

#include "config/customers.hpp"
#include "config/values_file.hpp"
#include "support/folder.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace {

using namespace greeter;
using namespace greeter::fuzz;

constexpr std::array<std::string_view, 3> stems{"customer-a", "customer-b", "customer-c"};
constexpr std::string_view domain = "parcellab.com";

bool is_plain_dns_name(std::string_view name) {
  for (const auto label : split(name, ".")) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    for (const char c : label)
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  }
  return name.size() <= 253;
}

bool is_visible(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c != ' ' && c != '\t' && c != '\r' && c != '\n'; });
}

void check_fault(const Fault& fault, std::size_t lines) {
  require(fault.line >= 1 && fault.line <= lines + 1, "a fault is at a line of the file");
  require(!fault.message.empty() && is_one_line(fault.message), "a fault is told in one line");
  require(is_plain_utf8(fault.message), "a fault is told in UTF-8");
}

void check_customer(const Customer& customer) {
  require(is_visible(customer.name) && !has_control(customer.name), "an accepted name is one visible line");
  require(is_visible(customer.greeting), "an accepted greeting is visible");
  require(is_plain_utf8(customer.name) && is_plain_utf8(customer.greeting), "accepted text is UTF-8");
  require(!customer.hosts.empty() && customer.hosts[0].starts_with(customer.id + "."),
          "a customer's own host is first");
  for (const auto& greeting : customer.greetings)
    require(check(greeting).empty() && greeting.origin == Origin::configuration, "an accepted greeting is sound");
  require(std::adjacent_find(customer.greetings.begin(), customer.greetings.end(),
                             [](const Greeting& x, const Greeting& y) { return x.id >= y.id; }) ==
              customer.greetings.end(),
          "accepted greetings have each an id, in their order");
  for (const auto& host : customer.hosts) require(is_plain_dns_name(host), "an accepted host is a DNS name");
}

std::size_t lines_of(std::string_view text) { return split(text, "\n").size(); }

void check_file(std::string_view text, const std::string& file) {
  const auto values = parse_values(text, file, domain);
  require(values.file == file && file.find(values.customer.id) != std::string::npos, "values know their file");
  require(values.host_lines.size() == values.customer.hosts.size(), "every host has a line");
  require(std::is_sorted(values.faults.begin(), values.faults.end(),
                         [](const Fault& a, const Fault& b) { return a.line < b.line; }),
          "faults come in the order of lines");
  for (const auto& fault : values.faults) {
    require(fault.file == file, "a fault names its file");
    check_fault(fault, lines_of(text));
  }
  if (values.faults.empty()) check_customer(values.customer);
}

void claim(std::map<std::string, std::string>& owners, const std::string& what, const std::string& by) {
  require(owners.emplace(what, by).second, "accepted customers share no name and no host");
}

void check_folder(const std::vector<std::string_view>& texts) {
  const test::Folder folder;
  for (std::size_t i = 0; i < texts.size(); ++i) folder.write(std::string(stems[i]) + ".yaml", texts[i]);
  const auto read = read_customers(folder.path(), domain);
  std::size_t sound = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto values = parse_values(texts[i], folder.path(std::string(stems[i]) + ".yaml"), domain);
    if (!values.faults.empty()) continue;
    require(sound < read.customers.size() && read.customers[sound] == values.customer,
            "a sound file's customer is read");
    ++sound;
  }
  require(sound == read.customers.size(), "only sound files give customers");
  for (const auto& fault : read.faults) require(is_one_line(to_string(fault)), "a fault is printed as one line");
  if (!read.faults.empty()) return; // the whole is refused: see load_configuration
  std::map<std::string, std::string> owners;
  for (const auto& customer : read.customers) {
    claim(owners, "name " + customer.name, customer.id);
    for (const auto& host : customer.hosts) claim(owners, "host " + host, customer.id);
    claim(owners, "host " + local_host(customer), customer.id);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parts = split({reinterpret_cast<const char*>(data), size}, "\f");
  if (parts.size() == 1) check_file(parts[0], "values/customer-a.yaml");
  else check_folder({parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(std::min(parts.size(), stems.size()))});
  return 0;
}
