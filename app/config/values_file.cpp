#include "config/values_file.hpp"

#include "base/text.hpp"
#include "config/chart_keys.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <set>
#include <sstream>

namespace greeter {

namespace {

constexpr std::string_view customer_keys[] = {"name", "greeting", "hosts"};

bool contains(std::span<const std::string_view> list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::size_t line_of(const YAML::Node& node) { return static_cast<std::size_t>(std::max(node.Mark().line, 0)) + 1; }

// Text as a message shows it: as it is, unless that could break a line or be overlooked.
std::string quoted_if_odd(const std::string& text) {
  const auto quoted = in_quotes(text);
  return text.empty() || quoted.size() != text.size() + 2 ? quoted : text;
}

// A value may stand below its key, or not at all.
std::size_t line_of_key(const YAML::Node& map, const std::string& key) {
  for (const auto& entry : map)
    if (entry.first.Scalar() == key) return line_of(entry.first);
  return line_of(map);
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool is_number(std::string digits) {
  std::erase(digits, '_');
  std::string_view rest = digits;
  if (rest.starts_with('+') || rest.starts_with('-')) rest.remove_prefix(1);
  if (const auto word = to_lower(rest); word == ".inf" || word == ".nan") return true;
  if (rest.starts_with("0x") || rest.starts_with("0o") || rest.starts_with("0b"))
    return rest.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
  if (rest.empty() || (rest[0] != '.' && (rest[0] < '0' || rest[0] > '9'))) return false;
  double value{};
  const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  return error != std::errc::invalid_argument && stop == rest.data() + rest.size();
}

// What YAML 1.1, which Helm reads, makes of a scalar without quotes; empty: text.
std::string_view other_kind(const std::string& plain) {
  static constexpr std::array<std::string_view, 8> booleans{"true", "false", "yes", "no", "on", "off", "y", "n"};
  if (contains(booleans, to_lower(plain))) return "a boolean";
  if (is_number(plain)) return "a number";
  return {};
}

class Reader {
public:
  Reader(ValuesFile& out, std::string_view default_domain) : out_(out), domain_(default_domain) {}

  void read(const YAML::Node& root) {
    if (!root.IsMap()) return fault(1, "holds no values; write customer: with name: and greeting: below it");
    check_keys(root, "", chart_keys);
    if (root["domain"]) read_domain(root["domain"]);
    const auto customer = root["customer"];
    if (!customer) return fault(1, "customer is missing; write customer: with name: and greeting: below it");
    if (!customer.IsMap()) return fault(line_of(customer), "customer is no map; write name: and greeting: below it");
    check_keys(customer, "customer.", customer_keys);
    read_name(customer);
    read_greeting(customer);
    out_.customer.hosts.push_back(out_.customer.id + "." + domain_);
    out_.host_lines.push_back(1);
    if (customer["hosts"]) read_hosts(customer["hosts"]);
  }

  void fault(std::size_t line, std::string message) { out_.faults.push_back({out_.file, line, std::move(message)}); }

private:
  void check_keys(const YAML::Node& map, std::string_view path, std::span<const std::string_view> known) {
    std::set<std::string> seen;
    for (const auto& entry : map) {
      const auto key = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
      const auto shown = std::string(path) + quoted_if_odd(key);
      if (!seen.insert(key).second) fault(line_of(entry.first), fmt::format("{} is set twice; keep one", shown));
      if (contains(known, key)) continue;
      const auto meant = nearest(key, known);
      fault(line_of(entry.first), meant.empty()
                                      ? fmt::format("{} is no known key; known are {}", shown, fmt::join(known, ", "))
                                      : fmt::format("{} is no known key; did you mean {}{}?", shown, path, meant));
    }
  }

  // The node's text, or a fault at `line` and nothing.
  std::optional<std::string> text(const YAML::Node& node, std::size_t line, std::string_view path) {
    const bool tagged_text = node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str";
    std::string_view kind;
    if (node.IsNull()) kind = "nothing";
    else if (node.IsMap()) kind = "a map";
    else if (node.IsSequence()) kind = "a list";
    else if (!tagged_text) kind = other_kind(node.Scalar());
    if (kind.empty()) return node.Scalar();
    fault(line, node.IsScalar() ? fmt::format("{} is {}, not text; put it in quotes: \"{}\"", path, kind, node.Scalar())
                                : fmt::format("{} is {}, not text; write {}: \"...\"", path, kind,
                                              path.substr(path.rfind('.') + 1)));
    return {};
  }

  std::optional<std::string> required_text(const YAML::Node& customer, const std::string& key) {
    const auto node = customer[key];
    if (!node) {
      fault(line_of(customer), fmt::format("customer.{0} is missing; write {0}: ... below customer:", key));
      return {};
    }
    const auto line = line_of_key(customer, key);
    auto value = text(node, line, "customer." + key);
    if (value && is_blank(*value)) {
      fault(line, fmt::format("customer.{} is blank; write at least one visible character", key));
      return {};
    }
    return value;
  }

  void read_name(const YAML::Node& customer) {
    const auto name = required_text(customer, "name");
    if (!name) return;
    out_.name_line = line_of_key(customer, "name");
    if (has_control(*name))
      return fault(out_.name_line, "customer.name holds a control character; write it on one line");
    out_.customer.name = *name;
  }

  void read_greeting(const YAML::Node& customer) {
    if (auto greeting = required_text(customer, "greeting")) out_.customer.greeting = std::move(*greeting);
  }

  void read_domain(const YAML::Node& node) {
    const auto domain = text(node, line_of(node), "domain");
    if (domain && !is_dns_name(*domain))
      return fault(line_of(node), fmt::format("domain {} is no lower-case DNS name; write one like parcellab.com",
                                              in_quotes(*domain)));
    if (domain) domain_ = *domain;
  }

  void read_hosts(const YAML::Node& list) {
    if (!list.IsSequence()) return fault(line_of(list), "customer.hosts is no list; write one - host a line");
    for (const auto& node : list) {
      const auto host = text(node, line_of(node), "customer.hosts");
      if (host && !is_dns_name(*host))
        fault(line_of(node),
              fmt::format("customer.hosts: {} is no lower-case DNS name; write one like hello.example.com",
                          in_quotes(*host)));
      else if (host) {
        out_.customer.hosts.push_back(*host);
        out_.host_lines.push_back(line_of(node));
      }
    }
  }

  ValuesFile& out_;
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
  if (!is_dns_label(out.customer.id))
    reader.fault(1, fmt::format("the file's name {} can't name a namespace and a host; use 1 to 63 of a-z, 0-9 and -, "
                                "with no - at either end",
                                in_quotes(out.customer.id)));
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
