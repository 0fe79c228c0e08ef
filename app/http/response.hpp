// A response as resources make it, before it is bytes.
#pragma once
#include "http/ready_response.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace greeter {

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::string fields = {}; // further header lines, each with its end
};

// A problem+json response. No detail: the status's own explanation. `more`: further members.
Response problem(int status, std::string_view detail = {},
                 const nlohmann::ordered_json& more = nlohmann::ordered_json::object());

// Appends it as the answer to a request with this method.
void append(const Response& response, std::string_view method, Persistence persistence, std::string_view date,
            std::string& out);

// Adds header lines, each with its end, to the response that begins at `start` of `out`.
void add_fields(std::string& out, std::size_t start, std::string_view fields);

} // namespace greeter
