// Where does the first request in a stream of bytes end? The only place that decides message boundaries
// (RFC 9112, section 6). It is strict: whatever two parsers could read differently is refused, so nothing that reads
// the bytes later can shift the boundary of the next request. Pure functions.
#pragma once
#include "http/limits.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace greeter {

struct FrameLimits {
  std::size_t head = 16'384;  // bytes of the request line and all headers; of all trailers as well
  std::size_t body = 65'536;  // bytes of the decoded body
  std::size_t target = 8'000; // bytes of the request target
  std::size_t headers = 100;  // number of header lines; of trailers as well
};

// What is known of the first request. Views point into the input.
struct Frame {
  std::size_t size = 0;      // bytes of the request; 0: not complete yet
  int error = 0;             // the status that refuses the bytes; the rest of the connection can't be understood then
  Limit limit = Limit::none; // the limit that was the reason

  std::string_view method;
  std::string_view path;    // of the target, still percent-encoded; or "*" of OPTIONS
  std::string_view query;   // with its "?"; empty: none
  std::string_view host;    // of the target in absolute-form, else of the Host field
  std::string_view headers; // all header lines, with their ends
  std::string_view body;    // as it was sent, once it is complete: body_of() takes chunks apart
  bool http_1_0 = false;
  bool close = false;          // the client will not send another request, or can't be sure to
  bool chunked = false;        // the body is
  bool conditional = false;    // there is an If-Match or If-None-Match field
  bool negotiates = false;     // there is an Accept or Accept-Language field
  bool identified = false;     // there is an X-Request-Id field
  bool has_head = false;       // the head is complete
  bool wants_continue = false; // the head is complete, the body is not, and the client waits for "100 Continue"
};

// How far the chunks of an incomplete request have been measured, so that more bytes do not mean starting over.
struct BodyProgress {
  std::size_t at = 0;    // bytes of the body up to the next chunk's size
  std::size_t total = 0; // bytes of the chunks' data
  std::size_t chunks = 0;
};

// `progress` is what the call before has left for the same request, to which bytes were only added; new for each
// request.
Frame next_frame(std::string_view in, const FrameLimits& limits, BodyProgress& progress);

inline Frame next_frame(std::string_view in, const FrameLimits& limits) {
  BodyProgress progress;
  return next_frame(in, limits, progress);
}

// The body of a complete request, without what chunks add.
std::string body_of(const Frame& frame);

// One header line without its end, split at the colon. The line is one that next_frame let pass.
struct HeaderLine {
  std::string_view name;
  std::string_view value;
};

// Takes the first line off `headers`. Call while it is not empty.
HeaderLine next_header(std::string_view& headers);

// The value of the first field of this name in lower case; nothing: there is none. A list that was sent in several
// lines (RFC 9110, 5.3) is joined.
std::optional<std::string> field(std::string_view headers, std::string_view name);

// ASCII, ignoring case; `lower` is in lower case.
bool iequals(std::string_view text, std::string_view lower);

} // namespace greeter
