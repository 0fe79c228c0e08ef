// By which ids a request is followed from log to log: the client's own where it sends good ones, else new ones.
#pragma once
#include <string>
#include <string_view>

namespace greeter {

struct RequestIds {
  std::string request; // of X-Request-Id: 1 to 128 letters, digits and -._~:/+=
  std::string trace;   // of traceparent: 32 hex digits in lower case, not all 0
};

// Of a request with these headers. What is malformed, or there twice, counts as absent.
RequestIds ids_in(std::string_view headers);

// Of a request that could not be read.
RequestIds new_ids();

// The trace id of a traceparent field's value (W3C Trace Context, 3.2), of this version or a later one; empty: it is
// malformed.
std::string_view trace_id_in(std::string_view traceparent);

// The field that tells the client, with its line end.
std::string request_id_field(const RequestIds& ids);

} // namespace greeter
