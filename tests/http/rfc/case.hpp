// What a case of the suite says: these bytes bring exactly these answers, and leave the connection like this.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace greeter::test::rfc {

struct Answer {
  int status;                          // 0: none, but a 100 Continue may be due
  bool head = false;                   // to HEAD: no body follows
  std::string body = {};               // empty: any
  std::vector<std::string> lines = {}; // header lines it has, besides those that every answer of its kind has
  bool is_greeting = false;            // the header lines of a greeting, in their order, and no other
  bool keeps_alive = false;            // says "Connection: keep-alive"

  // Where the server's reading has to stop for a 100 Continue to come first; 0: none comes.
  std::size_t asks_at = 0;
};

enum class Then {
  usable, // the next request on the connection is answered
  closed, // the server ends the connection by itself, with the last answer saying so
  waiting // the server waits for the rest of a request, and closes without a word when the client ends
};

struct Outcome {
  std::vector<Answer> answers;
  Then then;
};

struct Case {
  std::string_view section;
  std::string_view what;
  std::string bytes; // "$E" stands for the sixteen digits of the greeting's ETag
  Outcome outcome;
};

// Answers.
Answer greeting();      // to GET /
Answer greeting_head(); // to HEAD /
Answer unmodified();    // 304
Answer health();
Answer problem(int status); // with the header lines that this status asks for
Answer to_head(Answer answer);
Answer kept_alive(Answer answer);
Answer saying(std::string_view body, Answer answer);
Answer asking(std::size_t at, Answer answer);
Answer nothing();

// Outcomes.
Outcome keeps(std::vector<Answer> answers);
Outcome closes(std::vector<Answer> answers);
Outcome waits(std::vector<Answer> answers = {});
Outcome refused(int status);                                    // that, and the end
Outcome refused_after(std::vector<Answer> answers, int status); // the requests before it still have their answers

// Requests, for cases that are about one line of them.
inline const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
std::string get_with(std::string_view header_lines);                         // without the last line's end
std::string post_with(std::string_view header_lines, std::string_view body); // the same
std::string chunked(std::string_view body);
std::string get_target(std::string_view target);
std::string repeated(std::string_view text, std::size_t times);

// The tables, by subject.
std::vector<Case> request_line_cases();
std::vector<Case> version_cases();
std::vector<Case> target_cases();
std::vector<Case> host_cases(); // customer-a greets with "Hi!", customer-c with "Moin!", everyone by Host
std::vector<Case> header_cases();
std::vector<Case> content_length_cases();
std::vector<Case> transfer_coding_cases();
std::vector<Case> chunk_cases();
std::vector<Case> trailer_cases();
std::vector<Case> expect_cases();
std::vector<Case> connection_cases();
std::vector<Case> pipeline_cases();
std::vector<Case> conditional_cases();
std::vector<Case> size_cases(); // at each limit and one over it; see rfc_test.cpp for the limits

} // namespace greeter::test::rfc
