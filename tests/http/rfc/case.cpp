#include "http/rfc/case.hpp"

#include <utility>

namespace greeter::test::rfc {

Answer greeting() { return {.status = 200, .body = R"({"response":"Moin!"})", .is_greeting = true}; }

Answer greeting_head() { return {.status = 200, .head = true, .lines = {"Content-Length: 20"}, .is_greeting = true}; }

Answer unmodified() { return {.status = 304, .lines = {"Cache-Control: no-cache"}}; }

Answer health() { return {.status = 200, .body = R"({"status":"ok"})", .lines = {"Content-Type: application/json"}}; }

Answer problem(int status) {
  Answer answer{.status = status, .lines = {"Content-Type: application/problem+json"}};
  if (status == 405) answer.lines.emplace_back("Allow: GET, HEAD");
  if (status == 503) answer.lines.emplace_back("Retry-After: 1");
  return answer;
}

Answer to_head(Answer answer) {
  answer.head = true;
  answer.body.clear();
  return answer;
}

Answer kept_alive(Answer answer) {
  answer.keeps_alive = true;
  return answer;
}

Answer saying(std::string_view body, Answer answer) {
  answer.body = body;
  return answer;
}

Answer asking(std::size_t at, Answer answer) {
  answer.asks_at = at;
  return answer;
}

Answer nothing() { return {.status = 0}; }

Outcome keeps(std::vector<Answer> answers) { return {std::move(answers), Then::usable}; }

Outcome closes(std::vector<Answer> answers) { return {std::move(answers), Then::closed}; }

Outcome waits(std::vector<Answer> answers) { return {std::move(answers), Then::waiting}; }

Outcome refused(int status) { return closes({problem(status)}); }

Outcome refused_after(std::vector<Answer> answers, int status) {
  answers.push_back(problem(status));
  return closes(std::move(answers));
}

std::string get_with(std::string_view header_lines) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(header_lines) + "\r\n\r\n";
}

std::string post_with(std::string_view header_lines, std::string_view body) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(header_lines) + "\r\n\r\n" + std::string(body);
}

std::string chunked(std::string_view body) { return post_with("Transfer-Encoding: chunked", body); }

std::string get_target(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

} // namespace greeter::test::rfc
