#include "http/framing.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace greeter {

namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view crlf = "\r\n";

constexpr std::array<bool, 256> table_of(std::string_view chars) {
  std::array<bool, 256> table{};
  for (const char c : chars) table[static_cast<unsigned char>(c)] = true;
  return table;
}

#define ALPHANUMERIC "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
constexpr auto token_chars = table_of("!#$%&'*+-.^_`|~" ALPHANUMERIC); // RFC 9110, 5.6.2
constexpr auto target_chars = table_of(
    "-._~:/?#[]@!$&'()*+,;=%|^\\`{}\"<>" ALPHANUMERIC); // visible ASCII: RFC 9112, 3.2, and what clients send raw
constexpr auto host_chars =
    table_of("-._~!$&'()*+,;=%:[]" ALPHANUMERIC); // RFC 9110, 7.2; no '@': user names are deprecated
#undef ALPHANUMERIC

bool all_in(const std::array<bool, 256>& table, std::string_view text) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return table[static_cast<unsigned char>(c)]; });
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool list_contains(std::string_view list, std::string_view lower) {
  for (;;) {
    const auto comma = list.find(',');
    if (iequals(trim(list.substr(0, comma)), lower)) return true;
    if (comma == npos) return false;
    list.remove_prefix(comma + 1);
  }
}

// Digits only: from_chars takes no sign for unsigned types and no "0x".
std::optional<std::uint64_t> number(std::string_view digits, int base) {
  std::uint64_t value{};
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
  if (digits.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

bool is_known_method(std::string_view method) {
  static constexpr std::array<std::string_view, 9> known{"GET",     "HEAD",  "POST",  "PUT",    "DELETE",
                                                         "OPTIONS", "TRACE", "PATCH", "CONNECT"};
  return std::find(known.begin(), known.end(), method) != known.end();
}

// The target in each of its forms (RFC 9112, 3.2). Returns the status that refuses it, or 0.
int read_target(std::string_view target, Frame& frame) {
  if (target.empty() || !all_in(target_chars, target)) return 400;
  if (frame.method == "CONNECT") return 501; // no proxy
  if (target == "*") {
    frame.target = target;
    return frame.method == "OPTIONS" ? 0 : 400;
  }
  if (target.front() != '/') {
    const std::size_t scheme = iequals(target.substr(0, 7), "http://")    ? 7
                               : iequals(target.substr(0, 8), "https://") ? 8
                                                                          : 0;
    if (scheme == 0) return 400;
    target.remove_prefix(scheme);
    const auto path = std::min(target.find_first_of("/?#"), target.size());
    frame.host = target.substr(0, path);
    if (frame.host.empty() || !all_in(host_chars, frame.host)) return 400;
    target.remove_prefix(path);
    if (target.empty()) target = "/";
    if (target.front() != '/') return 400;
  }
  if (target.find('#') != npos) return 400; // a fragment is never sent
  frame.target = target;
  return 0;
}

// Returns the status that refuses the line, or 0.
int read_request_line(std::string_view line, const FrameLimits& limits, Frame& frame) {
  const auto first = line.find(' '), last = line.rfind(' ');
  if (first == npos || first == last) return line.size() > limits.line ? 414 : 400;
  frame.method = line.substr(0, first);
  if (frame.method.empty() || !all_in(token_chars, frame.method)) return 400;
  if (line.size() > limits.line) return 414;
  const auto version = line.substr(last + 1);
  if (version.size() != 8 || !version.starts_with("HTTP/") || version[6] != '.' || version[5] < '0' ||
      version[5] > '9' || version[7] < '0' || version[7] > '9')
    return 400;
  if (version[5] != '1') return 505;
  frame.http_1_0 = version[7] == '0';
  if (!is_known_method(frame.method)) return 501;
  return read_target(line.substr(first + 1, last - first - 1), frame);
}

// What the headers say of the boundary.
struct Boundary {
  std::optional<std::uint64_t> length;
  bool chunked = false;
  int hosts = 0;
};

// Returns the status that refuses the line, or 0.
int read_header(std::string_view line, Frame& frame, Boundary& boundary, std::string_view& host) {
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  if (colon == npos || name.empty() || !all_in(token_chars, name)) return 400; // also "Name :" and folded lines
  const auto value = trim(line.substr(colon + 1));
  if (has_control(value)) return 400; // also a CR or LF on its own
  if (iequals(name, "host")) {
    ++boundary.hosts;
    host = value;
    return all_in(host_chars, value) ? 0 : 400;
  }
  if (iequals(name, "connection")) frame.close |= list_contains(value, "close");
  else if (iequals(name, "expect")) {
    if (!iequals(value, "100-continue")) return 417;
    frame.wants_continue = !frame.http_1_0;
  } else if (iequals(name, "content-length")) {
    if (boundary.length) return 400;
    boundary.length = number(value, 10);
    if (!boundary.length) return 400;
  } else if (iequals(name, "transfer-encoding")) {
    if (boundary.chunked || !iequals(value, "chunked")) return 501;
    boundary.chunked = true;
  }
  return 0;
}

bool has_bare_lf(std::string_view in) {
  for (auto at = in.find('\n'); at != npos; at = in.find('\n', at + 1))
    if (at == 0 || in[at - 1] != '\r') return true;
  return false;
}

struct Measured {
  std::size_t size = 0; // 0: not complete yet
  int error = 0;
};

// A chunked body with its last chunk. Trailers and long extensions are refused: nothing here reads them; and so is
// a body that is mostly chunk lines.
Measured measure_chunks(std::string_view in, const FrameLimits& limits) {
  constexpr std::size_t longest_line = 64;
  const std::size_t most_chunks = 1024 + limits.body / 4096;
  for (std::size_t at = 0, total = 0, chunks = 0;;) {
    const auto line_end = in.find(crlf, at);
    if (line_end == npos) return {.error = in.size() - at > longest_line ? 400 : 0};
    const auto line = in.substr(at, line_end - at);
    const auto size = number(line.substr(0, line.find(';')), 16);
    if (!size || line.size() > longest_line || has_control(line)) return {.error = 400};
    if (*size > limits.body - total || ++chunks > most_chunks || at > 2 * limits.body + longest_line)
      return {.error = 413};
    total += *size;
    at = line_end + 2 + *size;
    if (in.size() < at + 2) return {};
    if (in.substr(at, 2) != crlf) return {.error = 400};
    at += 2;
    if (*size == 0) return {.size = at};
  }
}

// Reads the complete head. Returns the status that refuses it, or 0.
int read_head(std::string_view head, const FrameLimits& limits, Frame& frame, Boundary& boundary) {
  const auto line_end = std::min(head.find(crlf), head.size());
  if (has_control(head.substr(0, line_end))) return 400;
  if (const int refused = read_request_line(head.substr(0, line_end), limits, frame)) return refused;
  head.remove_prefix(std::min(line_end + 2, head.size()));
  std::string_view host;
  for (std::size_t count = 0; !head.empty(); ++count) {
    const auto end = std::min(head.find(crlf), head.size());
    if (end > limits.line || count == limits.headers) return 431;
    if (const int refused = read_header(head.substr(0, end), frame, boundary, host)) return refused;
    head.remove_prefix(std::min(end + 2, head.size()));
  }
  if (frame.host.empty()) frame.host = host;
  if (boundary.hosts > 1 || (boundary.hosts == 0 && !frame.http_1_0)) return 400; // RFC 9112, 3.2
  if (boundary.chunked && (boundary.length || frame.http_1_0)) return 400;        // RFC 9112, 6.1
  if (boundary.length.value_or(0) > limits.body) return 413;
  frame.close |= frame.http_1_0;
  return 0;
}

} // namespace

bool iequals(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b;
         });
}

HeaderLine next_header(std::string_view& headers) {
  const auto end = headers.find(crlf);
  const auto line = headers.substr(0, end);
  headers.remove_prefix(end == npos ? headers.size() : end + 2);
  const auto colon = std::min(line.find(':'), line.size());
  return {line.substr(0, colon), trim(line.substr(std::min(colon + 1, line.size())))};
}

Frame next_frame(std::string_view in, const FrameLimits& limits) {
  Frame frame;
  const std::size_t start = in.starts_with(crlf) ? 2 : 0; // RFC 9112, 2.2: one empty line may come first
  const auto head_end = in.find("\r\n\r\n", start);
  if (std::min(head_end, in.size()) - std::min(start, in.size()) > limits.head) {
    const bool in_first_line = in.find(crlf, start) == npos;
    frame.error = in_first_line ? 414 : 431;
    return frame;
  }
  if (head_end == npos) {
    if (has_bare_lf(in)) frame.error = 400; // answered at once: the end it waits for would never come
    return frame;
  }

  Boundary boundary;
  const auto head = in.substr(start, head_end + 2 - start);
  frame.error = read_head(head.substr(0, head.size() - 2), limits, frame, boundary);
  if (frame.error) return frame;
  const auto first_line = head.find(crlf) + 2;
  frame.headers = head.substr(first_line);

  const auto body_at = head_end + 4;
  if (boundary.chunked) {
    const auto body = measure_chunks(in.substr(body_at), limits);
    frame.error = body.error;
    frame.size = body.size ? body_at + body.size : 0;
  } else if (in.size() - body_at >= boundary.length.value_or(0)) {
    frame.size = body_at + boundary.length.value_or(0);
  }
  if (frame.size || (!boundary.chunked && !boundary.length)) frame.wants_continue = false;
  return frame;
}

} // namespace greeter
