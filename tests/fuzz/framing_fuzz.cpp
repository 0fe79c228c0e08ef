// next_frame, held against a second reading of the same bytes that is as plain as RFC 9112 allows; and what is made of
// the headers that say whose request it is.
#include "check.hpp"

#include "http/forwarded.hpp"
#include "http/framing.hpp"
#include "http/request_ids.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <random>

namespace {

using namespace greeter;
using namespace greeter::fuzz;
using namespace std::literals;

constexpr std::size_t chunk_line = 64;

constexpr FrameLimits generous;
constexpr std::array<FrameLimits, 4> limit_sets{
    generous,
    {.head = 512, .body = 64, .target = 64, .headers = 8},
    {.head = 512, .body = 1'000, .target = 8'000, .headers = 8}, // a target may be longer than a head
    {.head = 1'024, .body = 0, .target = 64, .headers = 100}};

std::string_view stripped(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool lies_in(std::string_view view, std::string_view in) {
  const std::less_equal<> before;
  return view.empty() || (before(in.data(), view.data()) && before(view.data() + view.size(), in.data() + in.size()));
}

bool operator==(const Frame& a, const Frame& b) {
  return a.size == b.size && a.error == b.error && a.limit == b.limit && a.method == b.method && a.path == b.path &&
         a.query == b.query && a.host == b.host && a.headers == b.headers && a.http_1_0 == b.http_1_0 &&
         a.close == b.close && a.conditional == b.conditional && a.identified == b.identified &&
         a.has_head == b.has_head && a.wants_continue == b.wants_continue;
}

// The requests that the bytes hold, and whether what follows them is refused.
bool same_request(const Frame& a, const Frame& b) {
  return a.size == b.size && a.method == b.method && a.path == b.path && a.query == b.query && a.host == b.host &&
         a.headers == b.headers;
}

struct Field {
  std::string name; // in lower case
  std::string_view value;
};

// A head that was let through, line by line.
struct Head {
  std::string_view text; // without the empty line
  std::array<std::string_view, 3> request{};
  std::string_view field_lines;
  std::vector<Field> fields;

  std::size_t count(std::string_view name) const {
    return static_cast<std::size_t>(
        std::count_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == name; }));
  }
  std::string_view value(std::string_view name) const {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == name; });
    return found == fields.end() ? std::string_view() : found->value;
  }
  bool lists(std::string_view name, std::string_view word) const {
    for (const auto& field : fields)
      if (field.name == name)
        for (const auto part : split(field.value, ","))
          if (lowered(stripped(part)) == word) return true;
    return false;
  }
};

std::size_t head_start(std::string_view in) { return in.starts_with("\r\n") ? 2 : 0; }

Head plain_head(std::string_view in) {
  Head head;
  const auto start = head_start(in);
  const auto end = in.find("\r\n\r\n", start);
  require(end != std::string_view::npos, "a request has an empty line after its head");
  head.text = in.substr(start, end - start);
  const auto lines = split(head.text, "\r\n");
  for (const auto line : lines)
    for (const char c : line) require(!is_control(c) || c == '\t', "an accepted head holds no control character");
  require(lines[0].find('\t') == std::string_view::npos, "an accepted request line holds no tab");
  const auto words = split(lines[0], " ");
  require(words.size() == 3, "a request line is three words with a space between");
  std::copy(words.begin(), words.end(), head.request.begin());
  head.field_lines = in.substr(start + lines[0].size() + 2, end - start - lines[0].size());
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto colon = lines[i].find(':');
    require(colon != std::string_view::npos && colon > 0, "an accepted header line has a name");
    const auto name = lines[i].substr(0, colon);
    for (const char c : name)
      require(c > ' ' && c <= '~' && "\"(),/:;<=>?@[\\]{}"sv.find(c) == std::string_view::npos, "a name is a token");
    head.fields.push_back({lowered(name), stripped(lines[i].substr(colon + 1))});
  }
  return head;
}

std::optional<std::size_t> plain_number(std::string_view digits, std::size_t base) {
  if (digits.empty()) return {};
  std::size_t value = 0;
  for (const char c : lowered(digits)) {
    const auto digit = "0123456789abcdef"sv.find(c);
    if (digit >= base) return {};
    require(value < std::size_t{1} << 48U, "an accepted length is within the limits");
    value = value * base + digit;
  }
  return value;
}

// Bytes of a chunked body that was let through, which `in` starts with; what the chunks hold goes to `data`.
std::size_t plain_chunks(std::string_view in, const FrameLimits& limits, std::string& data) {
  std::size_t at = 0, total = 0;
  for (;;) {
    const auto line = in.substr(at, in.find("\r\n", at) - at);
    for (const char c : line) require(!is_control(c) || c == '\t', "an accepted chunk line holds no control character");
    require(line.size() <= chunk_line, "a chunk line is short");
    const auto size = plain_number(line.substr(0, line.find(';')), 16);
    require(size.has_value(), "a chunk has a size in hex digits");
    at += line.size() + 2;
    if (*size == 0) break;
    total += *size;
    require(total <= limits.body, "a body is within its limit");
    require(in.substr(at + *size, 2) == "\r\n", "a chunk ends with a line end");
    data += in.substr(at, *size);
    at += *size + 2;
  }
  for (std::size_t trailers = 0;; ++trailers) {
    const auto end = in.find("\r\n", at);
    require(end != std::string_view::npos, "trailers end with an empty line");
    const auto line = in.substr(at, end - at);
    at = end + 2;
    if (line.empty()) return at;
    require(trailers < limits.headers, "trailers are within the limit of headers");
    for (const char c : line) require(!is_control(c) || c == '\t', "an accepted trailer holds no control character");
    require(line.find(':') != std::string_view::npos, "an accepted trailer has a name");
  }
}

void check_headers(const Head& head, const Frame& frame) {
  require(frame.headers == head.field_lines, "headers are the lines between the request line and the empty one");
  auto rest = frame.headers;
  for (const auto& field : head.fields) {
    require(!rest.empty(), "next_header gives every line");
    const auto line = next_header(rest);
    require(lowered(line.name) == field.name && line.value == field.value, "next_header splits at the first colon");
  }
  require(rest.empty(), "next_header ends with the last line");
}

// A complete head: it says what the frame says, and nothing in it can be read in two ways.
void check_head(const Head& head, const Frame& frame, const FrameLimits& limits) {
  const auto& [method, target, version] = head.request;
  require(frame.method == method, "the method is the line's first word");
  require(version.size() == 8 && version.substr(0, 7) == "HTTP/1.", "an accepted version is HTTP/1.x");
  require(frame.http_1_0 == (version == "HTTP/1.0"), "HTTP/1.0 is told from later ones");
  require(target.ends_with(frame.query), "the query is the end of the line's second word");
  require(target.substr(0, target.size() - frame.query.size()).ends_with(frame.path) || frame.path == "/",
          "and the path is what stands before it");
  require(target.size() <= limits.target, "a target is within its limit");
  require(head.text.size() <= limits.head, "a head is within its limit");
  require(head.fields.size() <= limits.headers, "headers are within their limit");

  const auto hosts = head.count("host"), lengths = head.count("content-length"),
             codings = head.count("transfer-encoding");
  require(hosts == 1 || (hosts == 0 && frame.http_1_0), "a request has one Host line");
  require(lengths + codings <= 1, "a body's end is told once");
  require(codings == 0 || (lowered(head.value("transfer-encoding")) == "chunked" && !frame.http_1_0),
          "the one transfer coding is chunked");
  require(frame.conditional == (head.count("if-match") + head.count("if-none-match") > 0),
          "conditional fields are noticed");
  require(frame.identified == (head.count("x-request-id") > 0), "a request id is noticed");
  const bool stays = frame.http_1_0 ? head.lists("connection", "keep-alive") : true;
  require(frame.close == (head.lists("connection", "close") || !stays), "the connection ends when the client says so");
  for (const auto& field : head.fields)
    require(field.name != "expect" || lowered(field.value) == "100-continue" || frame.http_1_0,
            "no other expectation is accepted");
}

// Whatever a client sends, the ids can stand in a log and in a response, and nobody but its proxy says who it is.
void check_origin(const Head& head, std::string_view headers) {
  const auto ids = ids_in(headers);
  require(!ids.request.empty() && ids.request.size() <= 128, "a request id is neither empty nor long");
  for (const char c : ids.request)
    require(c > ' ' && c <= '~' && "\"'(),;<>?@[\\]{}"sv.find(c) == std::string_view::npos, "nor can it mean anything");
  require(ids.trace.size() == 32 && ids.trace.find_first_not_of('0') != std::string::npos &&
              ids.trace.find_first_not_of("0123456789abcdef") == std::string::npos,
          "a trace id is 32 hex digits");
  if (head.count("x-request-id") == 1 && ids.request.size() != 32)
    require(ids.request == head.value("x-request-id"), "a request id is the client's own or a new one");

  static const auto proxy = *Address::parse("10.0.0.1"), client = *Address::parse("192.0.2.1");
  static const std::array trusted{*Network::parse("10.0.0.1")};
  require(client_of(client, headers, trusted) == client, "who is not trusted speaks for itself");
  const std::string sent(headers);
  const auto told = client_of(proxy, sent + "X-Forwarded-For: 192.0.2.1\r\n", trusted);
  require(told == client, "what a proxy adds to X-Forwarded-For holds");
  if (head.count("x-forwarded-for") > 0) return;
  for (const auto* added : {"for=192.0.2.1", "by=10.0.0.1;for=\"192.0.2.1:80\""}) {
    const auto found = client_of(proxy, sent + "Forwarded: " + added + "\r\n", trusted);
    require(found == client || found == proxy, "what a proxy adds to Forwarded is never covered by something else");
  }
}

std::size_t longest_incomplete(const FrameLimits& limits) {
  const auto chunk_lines = (2 + 1'024 + limits.body / 4'096) * (chunk_line + 4);
  return 2 + limits.head + 4 + limits.body + chunk_lines + limits.head + 4;
}

void check_accepted(std::string_view in, const Frame& frame, const FrameLimits& limits) {
  const auto head = plain_head(in);
  check_head(head, frame, limits);
  check_headers(head, frame);
  check_origin(head, frame.headers);
  const auto body_at = head_start(in) + head.text.size() + 4;
  std::size_t body = 0;
  std::string data;
  if (head.count("transfer-encoding")) body = plain_chunks(in.substr(body_at, frame.size - body_at), limits, data);
  if (head.count("content-length")) {
    const auto length = plain_number(head.value("content-length"), 10);
    require(length.has_value() && *length <= limits.body, "a body's length is a number within its limit");
    body = *length;
    data = in.substr(body_at, body);
  }
  require(frame.size == body_at + body, "a request ends where its body does");
  require(body_of(frame) == data, "a body is what was sent, without what chunks add");
  require(!frame.wants_continue, "a complete request waits for nothing");
}

void check_incomplete(std::string_view in, const Frame& frame, const FrameLimits& limits) {
  const auto start = head_start(in);
  const bool ended = in.find("\r\n\r\n", start) != std::string_view::npos;
  require(frame.has_head == ended, "a head that has ended is read or refused");
  require(ended || in.size() <= start + limits.head + 3, "an endless head is refused");
  require(in.size() <= longest_incomplete(limits), "what waits for more is bounded");
  if (!ended) {
    for (auto at = in.find('\n'); at != std::string_view::npos; at = in.find('\n', at + 1))
      require(at > 0 && in[at - 1] == '\r', "a bare line end is refused at once");
    return;
  }
  const auto head = plain_head(in);
  check_head(head, frame, limits);
  const bool wants = head.count("expect") > 0 && !frame.http_1_0;
  require(!frame.wants_continue || wants, "nobody is told to continue unasked");
  require(frame.wants_continue || !wants || in.size() > start + head.text.size() + 4, "who asks is told to continue");
}

void check_refused(const Frame& frame) {
  static constexpr std::array known{400, 413, 414, 417, 431, 501, 505};
  require(std::find(known.begin(), known.end(), frame.error) != known.end(), "a refusal has a known status");
  const bool by_limit = frame.error == 413 || frame.error == 414 || frame.error == 431;
  require(by_limit == (frame.limit != Limit::none), "a limit is named when it was the reason, and only then");
}

void check_frame(std::string_view in, const Frame& frame, const FrameLimits& limits) {
  require(frame.size <= in.size(), "a request ends within the bytes");
  require(frame.error == 0 || frame.size == 0, "bytes are refused or a request");
  for (const auto view : {frame.method, frame.host, frame.headers})
    require(lies_in(view, in), "what is told of a request lies in the bytes");
  require(lies_in(frame.path, in) || frame.path == "/", "the path lies in the bytes");
  require(lies_in(frame.query, in), "the query lies in the bytes");
  if (frame.error) check_refused(frame);
  else if (frame.size) check_accepted(in, frame, limits);
  else check_incomplete(in, frame, limits);
}

// What was known when only `part` had come is not taken back.
void check_part(const Frame& part, std::size_t cut, const Frame& whole) {
  if (part.error) return require(whole.error != 0, "what is refused early is refused in the end");
  if (part.size) return require(part.size <= cut && same_request(part, whole), "a request does not change any more");
  require(whole.size == 0 || cut < whole.size, "a request is complete as soon as its last byte is there");
}

// Where the bytes are cut: everywhere when they are few, else at places that differ from input to input.
std::vector<std::size_t> cuts_of(std::string_view in) {
  std::vector<std::size_t> cuts;
  if (in.size() <= 96) {
    for (std::size_t cut = 0; cut <= in.size(); ++cut) cuts.push_back(cut);
    return cuts;
  }
  std::minstd_rand random(static_cast<unsigned>(std::hash<std::string_view>{}(in)));
  for (int i = 0; i < 12; ++i) cuts.push_back(random() % (in.size() + 1));
  const auto line_end = in.find("\r\n", cuts[0]);
  if (line_end != std::string_view::npos)
    for (std::size_t i = 0; i <= 4; ++i) cuts.push_back(std::min(line_end + i, in.size()));
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

// One request and what is behind it. Returns the bytes of the request; 0: nothing more can be read.
std::size_t check_first(std::string_view in, const FrameLimits& limits) {
  const auto whole = next_frame(in, limits);
  check_frame(in, whole, limits);
  require(next_frame(in, limits) == whole, "the same bytes mean the same");
  BodyProgress progress;
  for (const auto cut : cuts_of(in)) {
    const auto part = next_frame(in.substr(0, cut), limits);
    check_frame(in.substr(0, cut), part, limits);
    check_part(part, cut, whole);
    require(next_frame(in.substr(0, cut), limits, progress) == part, "a resumed reading ends where a fresh one does");
    if (part.size || part.error) break;
  }
  if (whole.size) {
    require(same_request(next_frame(in.substr(0, whole.size), limits), whole), "what follows a request is not read");
    require(same_request(next_frame(in, generous), whole), "looser limits read the same request");
  }
  return whole.size;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view in(reinterpret_cast<const char*>(data), size);
  for (const auto& limits : limit_sets)
    for (auto rest = in; !rest.empty();) {
      const auto taken = check_first(rest, limits);
      if (taken == 0) break;
      rest.remove_prefix(taken);
    }
  return 0;
}
