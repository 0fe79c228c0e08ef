#include "config/values_file.hpp"

#include "base/text.hpp"
#include "config/chart_keys.hpp"
#include "config/greetings_reader.hpp"
#include "config/yaml_reader.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace greeter {

namespace {

constexpr std::string_view customer_keys[] = {"name", "greeting", "greetings", "hosts"};

class Reader {
public:
  Reader(ValuesFile& out, std::string_view default_domain) : out_(out), yaml_(out), domain_(default_domain) {}

  void read(const YAML::Node& root) {
    if (!root.IsMap()) return fault(1, "holds no values; write customer: with name: and greeting: below it");
    yaml_.check_keys(root, "", chart_keys);
    if (root["domain"]) read_domain(root["domain"]);
    const auto customer = root["customer"];
    if (!customer) return fault(1, "customer is missing; write customer: with name: and greeting: below it");
    if (!customer.IsMap()) return fault(line_of(customer), "customer is no map; write name: and greeting: below it");
    yaml_.check_keys(customer, "customer.", customer_keys);
    read_name(customer);
    read_greeting(customer);
    if (customer["greetings"])
      out_.customer.greetings = read_greetings(customer["greetings"], line_of_key(customer, "greetings"), yaml_);
    out_.customer.hosts.push_back(out_.customer.id + "." + domain_);
    out_.host_lines.push_back(1);
    if (customer["hosts"]) read_hosts(customer["hosts"]);
  }

  void fault(std::size_t line, std::string message) { yaml_.fault(line, std::move(message)); }

private:
  using Rule = std::optional<BrokenRule> (*)(std::string_view);

  std::optional<std::string> required_text(const YAML::Node& customer, const std::string& key, Rule rule) {
    const auto node = customer[key];
    if (!node) {
      fault(line_of(customer), fmt::format("customer.{0} is missing; write {0}: ... below customer:", key));
      return {};
    }
    const auto line = line_of_key(customer, key);
    auto value = yaml_.text(node, line, "customer." + key);
    if (!value) return {};
    if (const auto broken = rule(*value)) {
      fault(line, fmt::format("customer.{} {}; {}", key, broken->fault, broken->right));
      return {};
    }
    return value;
  }

  void read_name(const YAML::Node& customer) {
    auto name = required_text(customer, "name", customer_rules::name);
    if (!name) return;
    out_.name_line = line_of_key(customer, "name");
    out_.customer.name = std::move(*name);
  }

  void read_greeting(const YAML::Node& customer) {
    if (auto greeting = required_text(customer, "greeting", customer_rules::greeting))
      out_.customer.greeting = std::move(*greeting);
  }

  void read_domain(const YAML::Node& node) {
    const auto domain = yaml_.text(node, line_of(node), "domain");
    if (!domain) return;
    if (const auto broken = customer_rules::domain(*domain))
      return fault(line_of(node), fmt::format("domain {} {}; {}", in_quotes(*domain), broken->fault, broken->right));
    domain_ = *domain;
  }

  void read_hosts(const YAML::Node& list) {
    if (!list.IsSequence()) return fault(line_of(list), "customer.hosts is no list; write one - host a line");
    for (const auto& node : list) {
      const auto host = yaml_.text(node, line_of(node), "customer.hosts");
      if (!host) continue;
      if (const auto broken = customer_rules::host(*host)) {
        fault(line_of(node), fmt::format("customer.hosts: {} {}; {}", in_quotes(*host), broken->fault, broken->right));
        continue;
      }
      out_.customer.hosts.push_back(*host);
      out_.host_lines.push_back(line_of(node));
    }
  }

  ValuesFile& out_;
  YamlReader yaml_;
  std::string domain_;
};

// Bytes that YAML itself forbids, which its parser here would let through but Helm's would not.
std::optional<Fault> bad_bytes(std::string_view text, const std::string& file) {
  std::size_t line = 1;
  for (auto rest = text; !rest.empty(); ++line) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto here = rest.substr(0, end);
    if (!is_utf8(here)) return Fault{file, line, "is not UTF-8; save the file in UTF-8"};
    if (std::any_of(here.begin(), here.end(), [](unsigned char c) { return c < 0x20 && c != '\t' && c != '\r'; }))
      return Fault{file, line, "holds a control character; write it as an escape in double quotes, like \"\\u0007\""};
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

// yaml-cpp takes the end of the file for the end of a text in quotes; the end of a document it does not.
std::string with_end(std::string_view text) { return std::string(text) + (text.ends_with('\n') ? "...\n" : ""); }

// Notes where the last document began.
class DocumentStart final : public YAML::EventHandler {
public:
  std::size_t line = 0;

  void OnDocumentStart(const YAML::Mark& mark) override { line = static_cast<std::size_t>(std::max(mark.line, 0)) + 1; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

// The line of a second document; 0: there is none. Does not ask for a third: at a stray comma the parser finds
// documents without end, and YAML::LoadAll would keep them all.
std::size_t second_document(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentStart start;
  return parser.HandleNextDocument(start) && parser.HandleNextDocument(start) ? start.line : 0;
}

std::string explained(const YAML::Exception& e) {
  const bool open_quote = e.msg == YAML::ErrorMsg::EOF_IN_SCALAR || e.msg == YAML::ErrorMsg::DOC_IN_SCALAR;
  if (open_quote) return "is not valid YAML: a text in quotes does not end; close the quotes";
  return "is not valid YAML: " + quoted_if_odd(e.msg); // it may name half a character
}

} // namespace

ValuesFile parse_values(std::string_view text, const std::string& file, std::string_view default_domain) {
  ValuesFile out;
  out.file = file;
  out.customer.id = std::filesystem::path(file).stem().string();
  Reader reader(out, default_domain);
  if (const auto broken = customer_rules::stem(out.customer.id))
    reader.fault(1, fmt::format("the file's name {} {}; {}", in_quotes(out.customer.id), broken->fault, broken->right));
  if (auto fault = bad_bytes(text, file)) {
    out.faults.push_back(std::move(*fault));
    return out;
  }
  try {
    const auto whole = with_end(text);
    if (const auto line = second_document(whole))
      reader.fault(line, "holds more than one document; keep one file for one customer");
    reader.read(YAML::Load(whole));
  } catch (const YAML::Exception& e) {
    reader.fault(static_cast<std::size_t>(std::max(e.mark.line, 0)) + 1, explained(e));
  }
  std::stable_sort(out.faults.begin(), out.faults.end(),
                   [](const Fault& a, const Fault& b) { return a.line < b.line; });
  return out;
}

} // namespace greeter
