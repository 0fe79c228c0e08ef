// The REST API as commands use it: one request, and an answer that knows its exit code and what to tell a person.
#pragma once
#include "cli/connection.hpp"
#include "cli/exit.hpp"
#include "http/fetch.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace greeter {

using Json = nlohmann::ordered_json;

struct Answer {
  int status = 0; // 0: nobody answered
  Json body;      // null where there is none, or none that is JSON
  std::string text;
  std::string etag; // as it stands in the field
  Exit exit = exit_ok;
  std::string message; // of a failure: what is wrong, each wrong field on a line of its own, and what to do

  bool ok() const { return exit == exit_ok; }
  std::string text_of(const char* member) const; // "" where it is no text
  std::optional<std::uint64_t> number(const char* member) const;
};

// Requests to one target. Blocks. Never throws.
class Api {
public:
  explicit Api(Target target) : target_(std::move(target)) {}

  struct Call {
    std::string method = "GET";
    std::string path;                                            // below /api/v1, encoded
    std::vector<std::pair<std::string, std::string>> query = {}; // encoded here
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string body = {};
    std::string content_type = {};
  };
  Answer ask(const Call& call) const;
  // The body of a 200 goes to `sink`. `read_timeout`: the longest silence.
  Answer ask(const Call& call, const FetchSink& sink, std::chrono::seconds read_timeout) const;

  // The greeting with that id.
  Answer get(const std::string& id) const;

  const Target& target() const { return target_; }

private:
  FetchRequest request(const Call& call) const;
  Answer answer(const Result<Fetched>& fetched, const Call& call) const;
  std::string advice(const Answer& answer) const;

  Target target_;
};

// "/greetings/ID", encoded.
std::string path_of(const std::string& id);

// The If-Match field for exactly this revision.
std::string if_match(std::uint64_t revision);

} // namespace greeter
