#include "cli/api.hpp"

#include "base/text.hpp"
#include "base/version.hpp"
#include "cli/width.hpp"
#include "http/target.hpp"

#include <fmt/format.h>

namespace greeter {

namespace {

std::string member_text(const Json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// "line 3: text is "": use 1 to 1000 characters"
std::string fault_line(const Json& fault) {
  std::string line;
  if (fault.is_object() && fault.contains("line") && fault["line"].is_number_integer())
    line = fmt::format("line {}: ", fault["line"].get<std::int64_t>());
  const auto field = member_text(fault, "field"), value = member_text(fault, "value");
  if (!field.empty()) line += field + (value.empty() ? " is missing: " : " is " + value + ": ");
  return line + member_text(fault, "rule");
}

// What a problem (RFC 9457) says, each wrong field on a line of its own.
std::string told(const Answer& answer) {
  auto message = answer.text_of("detail");
  if (message.empty()) message = answer.text_of("title");
  if (message.empty()) message = fmt::format("the server answers {}", answer.status);
  const auto errors = answer.body.is_object() ? answer.body.find("errors") : answer.body.end();
  if (!answer.body.is_object() || errors == answer.body.end() || !errors->is_array() || errors->empty())
    return one_line(message);
  if (errors->size() == 1 && !errors->front().contains("line")) return one_line(fault_line(errors->front()));
  message = fmt::format("{} faults:", errors->size());
  if (errors->size() == 1) message = "a fault:";
  for (const auto& fault : *errors) message += "\n  " + one_line(fault_line(fault));
  return message;
}

std::string query_of(const std::vector<std::pair<std::string, std::string>>& query) {
  std::string text;
  for (const auto& [name, value] : query)
    text += (text.empty() ? "?" : "&") + percent_encoded(name) + "=" + percent_encoded(value);
  return text;
}

} // namespace

std::string Answer::text_of(const char* member) const { return member_text(body, member); }

std::optional<std::uint64_t> Answer::number(const char* member) const {
  if (!body.is_object()) return {};
  const auto found = body.find(member);
  if (found == body.end() || !found->is_number_unsigned()) return {};
  return found->get<std::uint64_t>();
}

FetchRequest Api::request(const Call& call) const {
  FetchRequest request;
  request.method = call.method;
  request.url = target_.server + "/api/v1" + call.path + query_of(call.query);
  request.headers = call.headers;
  request.headers.emplace_back("User-Agent", "greeter/" GREETER_VERSION);
  if (!target_.host.empty()) request.headers.emplace_back("Host", target_.host);
  if (!target_.token.empty()) request.headers.emplace_back("Authorization", "Bearer " + target_.token);
  if (!call.content_type.empty()) request.headers.emplace_back("Content-Type", call.content_type);
  request.body = call.body;
  request.connect_timeout = request.read_timeout = target_.timeout;
  request.ca_file = target_.ca_file;
  return request;
}

Answer Api::ask(const Call& call) const { return answer(fetch(request(call)), call); }

Answer Api::ask(const Call& call, const FetchSink& sink, std::chrono::seconds read_timeout) const {
  auto asked = request(call);
  asked.read_timeout = read_timeout;
  return answer(fetch(asked, sink), call);
}

Answer Api::get(const std::string& id) const { return ask({.path = path_of(id)}); }

Answer Api::answer(const Result<Fetched>& fetched, const Call& call) const {
  Answer answer;
  if (!fetched) {
    answer.exit = fetched.error().code == ErrorCode::unavailable ? exit_unavailable : exit_usage;
    answer.message = fmt::format("{}\n  the server is from {}; choose another with --server, --context or "
                                 "GREETER_SERVER",
                                 one_line(fetched.error().message), target_.server_source);
    return answer;
  }
  answer.status = fetched.value().status;
  answer.text = fetched.value().body;
  answer.etag = fetched.value().header("etag");
  answer.body = Json::parse(answer.text, nullptr, false);
  if (answer.body.is_discarded()) answer.body = nullptr;
  answer.exit = exit_of_status(answer.status);
  if (answer.ok() && call.method != "DELETE" && answer.body.is_null() && !answer.text.empty() &&
      !fetched.value().header("content-type").starts_with("application/x-ndjson"))
    answer.exit = exit_failed;
  if (!answer.ok()) answer.message = told(answer) + advice(answer);
  return answer;
}

std::string Api::advice(const Answer& answer) const {
  switch (answer.status) {
  case 200: return fmt::format("\n  {} does not answer as Greeter's API does: is it one?", target_.server);
  case 401:
    if (target_.token.empty())
      return "\n  there is no token: name a file with --token-file or GREETER_TOKEN_FILE, or put it into GREETER_TOKEN";
    return fmt::format("\n  the token is from {}", target_.token_source);
  case 403: return fmt::format("\n  the token is from {}", target_.token_source);
  case 404:
    if (!answer.text_of("detail").empty() && answer.text_of("detail").find("customer") == std::string::npos) return {};
    return fmt::format("\n  asked {} as {} (from {}); --customer chooses another customer", target_.server,
                       target_.host.empty() ? "its own host" : target_.host, target_.server_source);
  default: return {};
  }
}

std::string path_of(const std::string& id) { return "/greetings/" + percent_encoded(id); }

std::string if_match(std::uint64_t revision) { return fmt::format("\"{}\"", revision); }

} // namespace greeter
