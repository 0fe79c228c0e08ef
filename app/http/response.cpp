#include "http/response.hpp"

#include "http/problem.hpp"

namespace greeter {

Response problem(int status, std::string_view detail, const nlohmann::ordered_json& more) {
  return {status, problem_type, problem_body(status, detail, more), status == 503 ? "Retry-After: 1\r\n" : ""};
}

void append(const Response& response, std::string_view method, Persistence persistence, std::string_view date,
            std::string& out) {
  auto fields = response.fields;
  if (response.status != 204 && response.status != 304) {
    fields += "Content-Type: " + response.content_type + "\r\n";
    if (response.body.empty()) fields += "Content-Length: 0\r\n"; // RFC 9110, 8.6: the others have none
  }
  const ReadyResponse ready(response.status, fields, response.body, persistence);
  if (method == "HEAD") ready.append_head_to(out, date);
  else ready.append_to(out, date);
}

void add_fields(std::string& out, std::size_t start, std::string_view fields) {
  out.insert(out.find("\r\n", start) + 2, fields);
}

} // namespace greeter
