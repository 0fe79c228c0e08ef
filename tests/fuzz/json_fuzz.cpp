// From the text of GREETINGS to the body of a response, held against a JSON reader that knows objects of texts alone.
#include "check.hpp"

#include "config/configuration.hpp"
#include "http/site.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace {

using namespace greeter;
using namespace greeter::fuzz;

using Texts = std::map<std::string, std::string>;

// RFC 8259 for {"name": "text", ...}. Anything else is no object of texts: it reads nothing.
class TextObject {
public:
  static std::optional<Texts> read(std::string_view text) {
    TextObject reader{text};
    auto texts = reader.object();
    reader.skip_space();
    if (!reader.rest_.empty()) return {};
    return texts;
  }

private:
  explicit TextObject(std::string_view text) : rest_(text) {}

  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  bool take_token(std::string_view token) {
    skip_space();
    return take(token);
  }

  std::optional<Texts> object() {
    Texts texts;
    if (!take_token("{")) return {};
    if (take_token("}")) return texts;
    do {
      const auto name = string();
      if (!name || !take_token(":")) return {};
      const auto text = string();
      if (!text || !texts.emplace(*name, *text).second) return {};
    } while (take_token(","));
    if (!take_token("}")) return {};
    return texts;
  }

  std::optional<std::string> string() {
    if (!take_token("\"")) return {};
    std::string out;
    while (!take("\"")) {
      const auto before = rest_;
      if (take("\\")) {
        if (!escape(out)) return {};
        continue;
      }
      if (rest_.empty() || static_cast<unsigned char>(rest_[0]) < 0x20 || !skip_utf8(rest_)) return {};
      out += before.substr(0, before.size() - rest_.size());
    }
    return out;
  }

  bool escape(std::string& out) {
    static constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
    if (rest_.empty()) return false;
    if (const auto at = letters.find(rest_[0]); at != std::string_view::npos) {
      rest_.remove_prefix(1);
      out += meant[at];
      return true;
    }
    auto unit = code_unit();
    if (!unit || (*unit >= 0xdc00 && *unit <= 0xdfff)) return false;
    if (*unit >= 0xd800 && *unit <= 0xdbff) {
      const auto low = take("\\") ? code_unit() : std::nullopt;
      if (!low || *low < 0xdc00 || *low > 0xdfff) return false;
      unit = 0x10000 + ((*unit - 0xd800) << 10U) + (*low - 0xdc00);
    }
    append(out, *unit);
    return true;
  }

  std::optional<std::uint32_t> code_unit() {
    if (!take("u") || rest_.size() < 4) return {};
    std::uint32_t unit = 0;
    for (const char c : lowered(rest_.substr(0, 4))) {
      const auto digit = std::string_view("0123456789abcdef").find(c);
      if (digit == std::string_view::npos) return {};
      unit = unit * 16 + static_cast<std::uint32_t>(digit);
    }
    rest_.remove_prefix(4);
    return unit;
  }

  static void append(std::string& out, std::uint32_t code) {
    const auto byte = [&](std::uint32_t mark, std::uint32_t shift, std::uint32_t bits) {
      out += static_cast<char>(mark | ((code >> shift) & bits));
    };
    if (code < 0x80) return byte(0, 0, 0x7f);
    if (code < 0x800) byte(0xc0, 6, 0x1f);
    else if (code < 0x10000) byte(0xe0, 12, 0xf), byte(0x80, 6, 0x3f);
    else byte(0xf0, 18, 7), byte(0x80, 12, 0x3f), byte(0x80, 6, 0x3f);
    byte(0x80, 0, 0x3f);
  }

  std::string_view rest_;
};

// What may stand in GREETINGS for an instance with CUSTOMER_NAME. A byte order mark may come first.
std::optional<Texts> expected(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  auto texts = TextObject::read(text);
  if (!texts) return {};
  for (const auto& [name, greeting] : *texts)
    if (name.empty() || greeting.find_first_not_of(" \t\r\n") == std::string::npos) return {};
  return texts;
}

void check_response(std::string_view response, const std::string& greeting) {
  const auto end = response.find("\r\n\r\n");
  require(end != std::string_view::npos, "a response has a head");
  const auto head = response.substr(0, end), body = response.substr(end + 4);
  require(head.find("\r\nContent-Length: " + std::to_string(body.size())) != std::string_view::npos,
          "a response tells the length of its body");
  const auto read = TextObject::read(body);
  require(read && read->size() == 1 && read->contains("response"), "a body is {\"response\": ...}");
  require(read->at("response") == greeting, "a greeting comes through byte for byte");
}

void check_configuration(const Configuration& configuration, const Texts& texts) {
  require(configuration.customers.size() == texts.size(), "every name is a customer");
  for (const auto& customer : configuration.customers) {
    const auto text = texts.find(customer.name);
    require(text != texts.end() && text->second == customer.greeting, "a customer has the greeting that was written");
  }
  for (const auto& customer : configuration.customers) {
    const auto page = make_page(customer, {}, std::make_shared<GreetingCounts>(1));
    for (const auto& ready : page->offers.at(0).whole) {
      std::string response;
      ready.append_to(response, "Sun, 06 Nov 1994 08:49:37 GMT");
      check_response(response, customer.greeting);
    }
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.empty() || text.find('\0') != std::string::npos) return 0; // no variable of the environment can be that
  Settings settings;
  settings.customer_name = "C";
  settings.greetings = text;
  settings.config = "/nonexistent";
  const auto configuration = load_configuration(settings);
  const auto texts = expected(text);
  require(static_cast<bool>(configuration) == texts.has_value(), "an object of texts is taken, and nothing else");
  if (configuration) check_configuration(configuration.value(), *texts);
  else
    require(is_one_line(configuration.error().message) && is_plain_utf8(configuration.error().message),
            "an error is told in one line");
  return 0;
}
