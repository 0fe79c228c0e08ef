#include "http/rfc/transcript.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace greeter::test::rfc {

namespace {

constexpr std::string_view crlf = "\r\n";

struct Head {
  std::string_view status_line;
  std::vector<std::string_view> lines;

  std::vector<std::string_view> values(std::string_view name) const {
    std::vector<std::string_view> found;
    for (const auto line : lines)
      if (line.starts_with(name) && line.substr(name.size()).starts_with(": "))
        found.push_back(line.substr(name.size() + 2));
    return found;
  }
  std::optional<std::string_view> only(std::string_view name) const {
    const auto found = values(name);
    return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
  }
  bool has(std::string_view line) const { return std::find(lines.begin(), lines.end(), line) != lines.end(); }
};

// Takes the head off `said`; nothing when it is not whole.
std::optional<Head> take_head(std::string_view& said) {
  const auto end = said.find("\r\n\r\n");
  if (end == std::string_view::npos) return {};
  auto text = said.substr(0, end + 2);
  said.remove_prefix(end + 4);
  Head head;
  for (bool first = true; !text.empty(); first = false) {
    const auto line = text.substr(0, text.find(crlf));
    text.remove_prefix(line.size() + 2);
    if (first) head.status_line = line;
    else head.lines.push_back(line);
  }
  return head;
}

std::string check_syntax(const Head& head) {
  for (const auto line : head.lines) {
    const auto colon = line.find(": ");
    if (colon == 0 || colon == std::string_view::npos) return fmt::format("{} is no header line", shown(line));
    if (std::any_of(line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
      return fmt::format("{} has a control character", shown(line));
    if (head.values(line.substr(0, colon)).size() != 1) return fmt::format("{} comes twice", shown(line));
  }
  return {};
}

// RFC 9110, 6.6.1; 15.4.5 and 8.6 for the length; RFC 9112, 9.6 for the end.
std::string check_common_lines(const Head& head, const Answer& answer, bool ends) {
  if (!is_recent_date(head.only("Date").value_or(""))) return "there is no well-formed Date of now";
  const auto connection = head.only("Connection").value_or("");
  const std::string_view due = ends ? "close" : answer.keeps_alive ? "keep-alive" : "";
  if (connection != due) return fmt::format("Connection is \"{}\", not \"{}\"", connection, due);
  if (head.only("Content-Length").has_value() == (answer.status == 304))
    return "Content-Length belongs to every answer but 304";
  if (head.only("Content-Type").has_value() == (answer.status == 304))
    return "Content-Type belongs to every answer but 304";
  for (const auto& line : answer.lines)
    if (!head.has(line)) return fmt::format("\"{}\" is missing", line);
  return {};
}

bool is_etag(std::string_view text) {
  return text.size() == 18 && text.front() == '"' && text.back() == '"' &&
         text.substr(1, 16).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// A greeting has its lines in one order, and no other.
std::string check_greeting_lines(const Head& head) {
  std::vector<std::string_view> names;
  for (const auto line : head.lines) names.push_back(line.substr(0, line.find(':')));
  const bool connection = !names.empty() && names.back() == "Connection";
  std::vector<std::string_view> due{"Date", "Content-Type", "Cache-Control", "Vary", "ETag", "Content-Length"};
  if (connection) due.emplace_back("Connection");
  if (names != due) return fmt::format("the header lines are {}", fmt::join(names, ", "));
  if (!head.has("Content-Type: application/json") || !head.has("Cache-Control: no-cache"))
    return "a header line differs";
  return is_etag(head.only("ETag").value_or("")) ? "" : "ETag is not sixteen digits in quotes";
}

std::string check_body(std::string_view body, const Head& head, const Answer& answer) {
  if (!answer.body.empty() && body != answer.body) return fmt::format("the body is {}", shown(body));
  if (answer.status < 400) return {};
  const auto parsed = nlohmann::json::parse(body, nullptr, false);
  if (!parsed.is_object() || parsed.value("status", 0) != answer.status) return "the body is not that status's problem";
  return head.has("Content-Type: application/problem+json") ? "" : "a problem has another Content-Type";
}

// Takes one answer off `said`.
std::string take_answer(std::string_view& said, const Answer& answer, bool ends) {
  if (answer.status == 100) {
    constexpr std::string_view whole = "HTTP/1.1 100 Continue\r\n\r\n";
    if (!said.starts_with(whole)) return fmt::format("100 Continue is missing before {}", shown(said));
    said.remove_prefix(whole.size());
    return {};
  }
  const auto all = said;
  const auto head = take_head(said);
  if (!head) return fmt::format("{} is due, but came {}", answer.status, shown(all));
  if (!head->status_line.starts_with(fmt::format("HTTP/1.1 {} ", answer.status)))
    return fmt::format("{} is due, but came {}", answer.status, shown(all));
  for (const auto& found : {check_syntax(*head), check_common_lines(*head, answer, ends),
                            answer.is_greeting ? check_greeting_lines(*head) : std::string()})
    if (!found.empty()) return fmt::format("{} in {}", found, shown(all));
  if (answer.status == 304) return is_etag(head->only("ETag").value_or("")) ? "" : "a 304 without its ETag";
  if (answer.head) return {};
  const auto length = std::strtoul(std::string(*head->only("Content-Length")).c_str(), nullptr, 10);
  if (said.size() < length) return fmt::format("a body is cut short: {}", shown(said));
  const auto body = said.substr(0, length);
  said.remove_prefix(length);
  return check_body(body, *head, answer);
}

} // namespace

bool is_recent_date(std::string_view text) {
  tm parts{};
  if (text.size() != 29) return false;
  const std::string copy(text);
  const char* const end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end != copy.c_str() + copy.size()) return false;
  const auto time = ::timegm(&parts);
  char again[32] = "";
  if (std::strftime(again, sizeof again, "%a, %d %b %Y %H:%M:%S GMT", &parts) == 0 || again != text) return false;
  return std::abs(std::difftime(std::time(nullptr), time)) < 60;
}

std::string shown(std::string_view text) {
  constexpr std::size_t most = 300;
  std::string readable;
  for (const unsigned char c : text.substr(0, most))
    if (c == '\r') readable += "\\r";
    else if (c == '\n') readable += "\\n";
    else if (c < 0x20 || c > 0x7e) readable += fmt::format("\\x{:02x}", c);
    else readable += static_cast<char>(c);
  return text.size() > most ? fmt::format("'{}' and {} bytes more", readable, text.size() - most)
                            : fmt::format("'{}'", readable);
}

std::string difference(std::string_view said, const std::vector<Answer>& answers, bool ends) {
  for (std::size_t i = 0; i < answers.size(); ++i)
    if (auto found = take_answer(said, answers[i], ends && i + 1 == answers.size()); !found.empty())
      return fmt::format("answer {} of {}: {}", i + 1, answers.size(), found);
  return said.empty() ? "" : fmt::format("after {} answers came {}", answers.size(), shown(said));
}

} // namespace greeter::test::rfc
