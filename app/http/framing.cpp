#include "http/framing.hpp"

#include "base/text.hpp"

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
constexpr auto host_chars = table_of("-._~!$&'()*+,;=%" ALPHANUMERIC); // RFC 3986, 3.2.2: a reg-name
constexpr auto address_chars = table_of(":.0123456789abcdefABCDEF");   // what stands in brackets: an IPv6 address
constexpr auto digits = table_of("0123456789");
#undef ALPHANUMERIC

bool all_in(const std::array<bool, 256>& table, std::string_view text) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return table[static_cast<unsigned char>(c)]; });
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
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
std::optional<std::uint64_t> number(std::string_view text, int base) {
  std::uint64_t value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (text.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

bool is_known_method(std::string_view method) {
  static constexpr std::array<std::string_view, 9> known{"GET",     "HEAD",  "POST",  "PUT",    "DELETE",
                                                         "OPTIONS", "TRACE", "PATCH", "CONNECT"};
  return std::find(known.begin(), known.end(), method) != known.end();
}

// Why bytes are refused; converts to false where they are not.
struct Refusal {
  int status = 0;
  Limit limit = Limit::none;
  explicit operator bool() const { return status != 0; }
};

// RFC 3986, 2.1.
bool has_bad_escape(std::string_view path) {
  for (auto at = path.find('%'); at != npos; at = path.find('%', at + 3))
    if (at + 3 > path.size() || !number(path.substr(at + 1, 2), 16)) return true;
  return false;
}

// A host, which may be empty, and maybe a port (RFC 3986, 3.2). No user name: RFC 9110, 4.2.4 deprecates them.
bool is_host(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const auto end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && end == npos) return false;
  const auto host = text.substr(0, end);
  const auto rest = text.substr(std::min(bracketed ? end + 1 : host.size(), text.size()));
  if (bracketed ? !all_in(address_chars, host.substr(1)) : !all_in(host_chars, host) || has_bad_escape(host))
    return false;
  return rest.empty() || (rest.front() == ':' && all_in(digits, rest.substr(1)));
}

// The target in each of its forms (RFC 9112, 3.2).
Refusal read_target(std::string_view target, Frame& frame) {
  if (target.empty() || !all_in(target_chars, target)) return {400};
  if (target == "*") {
    frame.path = target;
    return {frame.method == "OPTIONS" ? 0 : 400};
  }
  if (target.front() != '/') {
    const std::size_t scheme = iequals(target.substr(0, 7), "http://")    ? 7
                               : iequals(target.substr(0, 8), "https://") ? 8
                                                                          : 0;
    if (scheme == 0) return {400};
    target.remove_prefix(scheme);
    const auto path = std::min(target.find_first_of("/?#"), target.size());
    frame.host = target.substr(0, path);
    if (frame.host.empty() || !is_host(frame.host)) return {400};
    target.remove_prefix(path);
  }
  if (target.find('#') != npos) return {400}; // a fragment is never sent
  const auto query = std::min(target.find('?'), target.size());
  frame.path = query == 0 ? "/" : target.substr(0, query); // RFC 9110, 4.2.3
  frame.query = target.substr(query);
  return {has_bad_escape(frame.path) ? 400 : 0};
}

// Whatever it says; there is room for a method, the version and the spaces.
std::size_t longest_request_line(const FrameLimits& limits) { return std::min(limits.target + 32, limits.head); }

Refusal read_request_line(std::string_view line, const FrameLimits& limits, Frame& frame) {
  if (line.size() > longest_request_line(limits)) return {414, Limit::target_bytes};
  const auto first = line.find(' '), last = line.rfind(' ');
  if (first == npos || first == last || has_control(line)) return {400};
  frame.method = line.substr(0, first);
  if (frame.method.empty() || !all_in(token_chars, frame.method)) return {400};
  const auto version = line.substr(last + 1);
  if (version.size() != 8 || !version.starts_with("HTTP/") || version[6] != '.' || version[5] < '0' ||
      version[5] > '9' || version[7] < '0' || version[7] > '9')
    return {400};
  if (version[5] != '1') return {505};
  frame.http_1_0 = version[7] == '0';
  if (!is_known_method(frame.method) || frame.method == "CONNECT") return {501}; // no proxy
  const auto target = line.substr(first + 1, last - first - 1);
  if (target.size() > limits.target) return {414, Limit::target_bytes};
  return read_target(target, frame);
}

// What the headers say of the boundary and of the connection.
struct Boundary {
  std::optional<std::uint64_t> length;
  bool chunked = false;
  int hosts = 0;
  std::string_view host;
  bool keep_alive = false;
};

// RFC 9112, 6.1: a body whose last coding is not "chunked" has no end that can be told; others are not known here.
Refusal read_transfer_coding(std::string_view codings, Boundary& boundary) {
  const auto comma = codings.rfind(',');
  const auto last = trim(comma == npos ? codings : codings.substr(comma + 1));
  if (boundary.chunked || !iequals(last, "chunked")) return {400};
  if (comma != npos) return {list_contains(codings.substr(0, comma), "chunked") ? 400 : 501};
  boundary.chunked = true;
  return {};
}

// Acts on the fields that matter here. Their names differ in length but for a few.
Refusal read_field(std::string_view name, std::string_view value, Frame& frame, Boundary& boundary) {
  switch (name.size()) {
  case 4:
    if (!iequals(name, "host")) break;
    ++boundary.hosts;
    boundary.host = value;
    return {is_host(value) ? 0 : 400};
  case 6:
    frame.negotiates |= iequals(name, "accept");
    if (!iequals(name, "expect") || frame.http_1_0) break; // RFC 9110, 10.1.1
    frame.wants_continue = iequals(value, "100-continue");
    return {frame.wants_continue ? 0 : 417};
  case 8:
  case 13: frame.conditional |= iequals(name, "if-match") || iequals(name, "if-none-match"); break;
  case 10:
    if (!iequals(name, "connection")) break;
    frame.close |= list_contains(value, "close");
    boundary.keep_alive |= list_contains(value, "keep-alive");
    break;
  case 12: frame.identified |= iequals(name, "x-request-id"); break;
  case 15: frame.negotiates |= iequals(name, "accept-language"); break;
  case 14:
    if (!iequals(name, "content-length")) break;
    if (boundary.length) return {400};
    boundary.length = number(value, 10);
    return {boundary.length ? 0 : 400};
  case 17:
    if (iequals(name, "transfer-encoding")) return read_transfer_coding(value, boundary);
    break;
  default: break;
  }
  return {};
}

// RFC 9112, 5. Refuses "Name :" and folded lines as well, and a CR or LF on its own.
std::optional<HeaderLine> split_line(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == npos || colon == 0 || !all_in(token_chars, line.substr(0, colon))) return {};
  const auto value = trim(line.substr(colon + 1));
  if (has_control(value)) return {};
  return HeaderLine{line.substr(0, colon), value};
}

// Calls `use` with each line of the section, which ends without the empty line.
template <class Use> Refusal read_section(std::string_view section, const FrameLimits& limits, const Use& use) {
  constexpr std::size_t longest_line = 8'192; // httplib reads no longer ones
  for (std::size_t count = 0; !section.empty(); ++count) {
    const auto end = std::min(section.find(crlf), section.size());
    if (end > longest_line) return {431, Limit::head_bytes};
    if (count == limits.headers) return {431, Limit::headers};
    const auto line = split_line(section.substr(0, end));
    if (!line) return {400};
    if (const Refusal refused = use(*line)) return refused;
    section.remove_prefix(std::min(end + 2, section.size()));
  }
  return {};
}

bool has_bare_lf(std::string_view in) {
  for (auto at = in.find('\n'); at != npos; at = in.find('\n', at + 1))
    if (at == 0 || in[at - 1] != '\r') return true;
  return false;
}

// Whether a section that ends at `end` (npos: its end has not come, or not all of it) is longer than it may be.
bool is_longer(std::string_view in, std::size_t end, std::size_t most) {
  return end == npos ? in.size() > most + 3 : end > most;
}

struct Measured {
  std::size_t size = 0; // 0: not complete yet
  Refusal refusal = {};
};

// `in` follows the last chunk. What trailers say is not used (RFC 9110, 6.5.1), but they have to be well-formed.
Measured measure_trailers(std::string_view in, const FrameLimits& limits) {
  if (in.starts_with(crlf)) return {.size = 2};
  const auto end = in.find("\r\n\r\n");
  if (is_longer(in, end, limits.head)) return {.refusal = {431, Limit::head_bytes}};
  if (end == npos) return {.refusal = {has_bare_lf(in) ? 400 : 0}};
  return {.size = end + 4,
          .refusal = read_section(in.substr(0, end), limits, [](const HeaderLine&) { return Refusal{}; })};
}

// A chunked body (RFC 9112, 7.1). Long extensions are refused, and so is a body that is mostly chunk lines.
Measured measure_chunks(std::string_view in, const FrameLimits& limits, BodyProgress& progress) {
  constexpr std::size_t longest_line = 64;
  const std::size_t most_chunks = 1024 + limits.body / 4096;
  for (;;) {
    const auto rest = in.substr(progress.at);
    const auto line = rest.substr(0, rest.find(crlf));
    if (line.size() > longest_line + (line.size() == rest.size() ? 1 : 0)) return {.refusal = {400}};
    if (line.size() == rest.size()) return {.refusal = {has_bare_lf(line) ? 400 : 0}};
    const auto size = number(line.substr(0, line.find(';')), 16);
    if (!size || has_control(line)) return {.refusal = {400}};
    const auto data_at = progress.at + line.size() + 2;
    if (*size == 0) {
      const auto trailers = measure_trailers(in.substr(data_at), limits);
      return {trailers.size ? data_at + trailers.size : 0, trailers.refusal};
    }
    if (*size > limits.body - progress.total || progress.chunks == most_chunks)
      return {.refusal = {413, Limit::body_bytes}};
    const auto end = in.substr(std::min(data_at + *size, in.size()), 2);
    if (!crlf.starts_with(end)) return {.refusal = {400}};
    if (end.size() < 2) return {};
    progress = {data_at + *size + 2, progress.total + *size, progress.chunks + 1};
  }
}

// Reads the complete head, without the empty line.
Refusal read_head(std::string_view head, const FrameLimits& limits, Frame& frame, Boundary& boundary) {
  const auto line_end = std::min(head.find(crlf), head.size());
  if (const auto refused = read_request_line(head.substr(0, line_end), limits, frame)) return refused;
  head.remove_prefix(std::min(line_end + 2, head.size()));
  if (const auto refused = read_section(
          head, limits, [&](const HeaderLine& line) { return read_field(line.name, line.value, frame, boundary); }))
    return refused;
  if (frame.host.empty()) frame.host = boundary.host;
  if (boundary.hosts > 1 || (boundary.hosts == 0 && !frame.http_1_0)) return {400}; // RFC 9112, 3.2
  if (boundary.chunked && (boundary.length || frame.http_1_0)) return {400};        // RFC 9112, 6.1
  if (boundary.length.value_or(0) > limits.body) return {413, Limit::body_bytes};
  frame.close |= frame.http_1_0 && !boundary.keep_alive; // RFC 9112, 9.3
  return {};
}

// The head's end has not come, or too late. What can only become worse is refused at once: a client of another protocol
// waits for an answer, it does not go on.
Refusal read_incomplete_head(std::string_view in, const FrameLimits& limits, bool too_long, Frame& frame) {
  const auto line_end = in.find(crlf);
  if (line_end == npos) {
    if (in.ends_with('\r')) in.remove_suffix(1);
    if (in.size() > longest_request_line(limits)) return {414, Limit::target_bytes};
    return {has_control(in) ? 400 : 0};
  }
  if (const auto refused = read_request_line(in.substr(0, line_end), limits, frame)) return refused;
  if (too_long) return {431, Limit::head_bytes};
  return {has_bare_lf(in) ? 400 : 0};
}

} // namespace

bool iequals(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return to_lower(a) == b; });
}

HeaderLine next_header(std::string_view& headers) {
  const auto end = headers.find(crlf);
  const auto line = headers.substr(0, end);
  headers.remove_prefix(end == npos ? headers.size() : end + 2);
  const auto colon = std::min(line.find(':'), line.size());
  return {line.substr(0, colon), trim(line.substr(std::min(colon + 1, line.size())))};
}

std::optional<std::string> field(std::string_view headers, std::string_view name) {
  std::optional<std::string> joined;
  while (!headers.empty()) {
    const auto line = next_header(headers);
    if (!iequals(line.name, name)) continue;
    if (joined) joined->append(", ").append(line.value);
    else joined = line.value;
  }
  return joined;
}

std::string body_of(const Frame& frame) {
  if (!frame.chunked) return std::string(frame.body);
  std::string body;
  for (auto rest = frame.body; !rest.empty();) { // every line and size is as measure_chunks has seen it
    const auto line = rest.substr(0, rest.find(crlf));
    const auto size = number(line.substr(0, line.find(';')), 16).value_or(0);
    if (size == 0) break;
    body += rest.substr(line.size() + 2, size);
    rest.remove_prefix(line.size() + 2 + size + 2);
  }
  return body;
}

Frame next_frame(std::string_view in, const FrameLimits& limits, BodyProgress& progress) {
  Frame frame;
  const auto refuse = [&frame](const Refusal& refusal) {
    frame.error = refusal.status;
    frame.limit = refusal.limit;
  };
  const std::size_t start = in.starts_with(crlf) ? 2 : 0; // RFC 9112, 2.2: one empty line may come first
  const auto from_start = in.substr(start);
  const auto head_end = from_start.find("\r\n\r\n");
  const bool too_long = is_longer(from_start, head_end, limits.head);
  if (head_end == npos || too_long) {
    refuse(read_incomplete_head(from_start, limits, too_long, frame));
    return frame;
  }

  Boundary boundary;
  const auto head = from_start.substr(0, head_end);
  refuse(read_head(head, limits, frame, boundary));
  if (frame.error) return frame;
  frame.headers = from_start.substr(0, head_end + 2).substr(from_start.find(crlf) + 2);
  frame.has_head = true;

  const auto body_at = start + head_end + 4;
  if (boundary.chunked) {
    const auto body = measure_chunks(in.substr(body_at), limits, progress);
    refuse(body.refusal);
    frame.size = body.size && !frame.error ? body_at + body.size : 0;
  } else if (in.size() - body_at >= boundary.length.value_or(0)) {
    frame.size = body_at + boundary.length.value_or(0);
  }
  if (frame.size) frame.body = in.substr(body_at, frame.size - body_at);
  frame.chunked = boundary.chunked;
  if (in.size() > body_at || (!boundary.chunked && boundary.length.value_or(0) == 0)) frame.wants_continue = false;
  return frame;
}

} // namespace greeter
