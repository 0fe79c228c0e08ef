// {customer} in the names of files: one for each customer.
#pragma once
#include <string>
#include <string_view>

namespace greeter {

inline constexpr std::string_view placeholder = "{customer}";

inline std::string with_placeholder(std::string text, std::string_view customer) {
  for (auto at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at + customer.size()))
    text.replace(at, placeholder.size(), customer);
  return text;
}

} // namespace greeter
