#include "kube/http.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>

namespace greeter::kube {

namespace {

constexpr std::size_t most_line = 16'384, most_lines = 200;

Error nonsense(const std::string& what) {
  return {ErrorCode::internal, "the server does not answer as HTTP wants it: " + what};
}

// "HTTP/1.1 200 OK"
std::optional<int> status_of(std::string_view line) {
  if (!line.starts_with("HTTP/1.1 ") || line.size() < 12 || (line.size() > 12 && line[12] != ' ')) return {};
  const auto status = parse_number(line.substr(9, 3));
  return status && *status >= 100 && *status < 600 ? std::optional(static_cast<int>(*status)) : std::nullopt;
}

} // namespace

std::optional<Error> Http::fill(Deadline deadline) { return stream_.receive(in_, deadline); }

Result<std::string> Http::line(Deadline deadline) {
  for (std::size_t seen = 0;;) {
    const auto end = in_.find('\n', seen);
    if (std::min(end, in_.size()) > most_line) return nonsense("a line is longer than 16 kB");
    if (end != std::string::npos) {
      if (end == 0 || in_[end - 1] != '\r') return nonsense("a line does not end in CR LF");
      auto line = in_.substr(0, end - 1);
      in_.erase(0, end + 1);
      return line;
    }
    seen = in_.size();
    if (auto error = fill(deadline)) return *error;
  }
}

Result<Head> Http::ask(std::string_view request, Deadline deadline) {
  done_ = false;
  if (auto error = stream_.send(request, deadline)) return *error;
  for (;;) {
    auto head = read_head(deadline);
    if (!head || head.value().status >= 200) return head;
  }
}

Result<Head> Http::read_head(Deadline deadline) {
  chunked_ = in_chunks_ = false;
  length_.reset();
  left_ = 0;
  const auto first = line(deadline);
  if (!first) return first.error();
  const auto status = status_of(first.value());
  if (!status) return nonsense("it begins with " + in_quotes(first.value().substr(0, 80)));
  Head head{.status = *status, .retry_after = {}};
  for (std::size_t count = 0;; ++count) {
    const auto field = line(deadline);
    if (!field) return field.error();
    if (field.value().empty()) break;
    if (count == most_lines) return nonsense("it has more than 200 header fields");
    if (auto error = read_field(field.value(), head)) return *error;
  }
  if (*status < 200) return head;
  if (*status == 204 || *status == 304) {
    done_ = true;
    return head;
  }
  if (chunked_ == length_.has_value()) return nonsense("it has to have either a length or chunks");
  left_ = length_.value_or(0);
  done_ = !chunked_ && left_ == 0;
  return head;
}

std::optional<Error> Http::read_field(const std::string& line, Head& head) {
  const auto colon = line.find(':');
  if (colon == std::string::npos || colon == 0) return nonsense("a header field has no name");
  const auto name = to_lower(line.substr(0, colon));
  const auto value = trim(std::string_view(line).substr(colon + 1));
  if (name == "content-length") {
    const auto length = parse_number(value);
    if (!length || (length_ && *length_ != *length)) return nonsense("its length is none");
    length_ = length;
  } else if (name == "transfer-encoding") {
    if (to_lower(value) != "chunked" || chunked_) return nonsense("its transfer encoding is not chunked");
    chunked_ = true;
  } else if (name == "connection") {
    closes_ = closes_ || to_lower(value) == "close";
  } else if (name == "retry-after") {
    if (const auto seconds = parse_number(value))
      head.retry_after = std::chrono::seconds(std::min<std::uint64_t>(*seconds, 86'400));
  }
  return {};
}

std::optional<Error> Http::begin_chunk(Deadline deadline) {
  if (in_chunks_) {
    const auto end = line(deadline);
    if (!end) return end.error();
    if (!end.value().empty()) return nonsense("a chunk is longer than it says");
  }
  in_chunks_ = true;
  const auto size = line(deadline);
  if (!size) return size.error();
  const auto text = trim(std::string_view(size.value()).substr(0, size.value().find(';')));
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), left_, 16);
  if (failed != std::errc() || end != text.data() + text.size()) return nonsense("the length of a chunk is none");
  if (left_ > 0) return {};
  for (std::size_t count = 0; count <= most_lines; ++count) { // trailers
    const auto field = line(deadline);
    if (!field) return field.error();
    if (field.value().empty()) {
      done_ = true;
      return {};
    }
  }
  return nonsense("its trailer does not end");
}

Result<bool> Http::read(std::string& out, Deadline deadline) {
  if (!done_ && chunked_ && left_ == 0)
    if (auto error = begin_chunk(deadline)) return *error;
  if (done_) return false;
  if (in_.empty())
    if (auto error = fill(deadline)) return *error;
  const auto taken = std::min(left_, in_.size());
  out.append(in_, 0, taken);
  in_.erase(0, taken);
  left_ -= taken;
  done_ = !chunked_ && left_ == 0;
  return true;
}

} // namespace greeter::kube
