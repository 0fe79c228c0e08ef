#include "store/kubernetes/url.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace greeter::kubernetes {

namespace {

constexpr std::string_view scheme = "kubernetes:";

// What is before the separator; takes it and the separator off.
std::string_view take(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::optional<std::string> option(Url& url, std::string_view name, std::string_view value) {
  if (value.empty()) return fmt::format("its option {} has no value", in_quotes(name));
  if (name == "namespace") {
    if (!is_dns_label(value)) return fmt::format("its namespace {} is none: use a-z, 0-9 and -", in_quotes(value));
    url.space = value;
  } else if (name == "kubeconfig") url.kubeconfig = value;
  else if (name == "context") url.context = value;
  else return fmt::format("it has no option {}: there are namespace, kubeconfig and context", in_quotes(name));
  return {};
}

std::optional<std::string> read(Url& url, std::string_view text) {
  if (!text.empty() && !text.starts_with('?'))
    return fmt::format("nothing but options may follow, like {}?namespace=NAME", scheme);
  if (!text.empty()) text.remove_prefix(1);
  while (!text.empty()) {
    auto value = take(text, '&');
    const auto name = take(value, '=');
    if (auto fault = option(url, name, value)) return fault;
  }
  if (!url.context.empty() && url.kubeconfig.empty()) return "a context is one of a kubeconfig: name that, too";
  return {};
}

} // namespace

bool is_url(std::string_view text) { return text.starts_with(scheme); }

Result<Url> parse_url(std::string_view text) {
  if (!is_url(text))
    return Error{ErrorCode::invalid, "it is no URL of a store on Kubernetes, which begins with kubernetes:"};
  Url url;
  if (auto fault = read(url, text.substr(scheme.size()))) return Error{ErrorCode::invalid, std::move(*fault)};
  return url;
}

} // namespace greeter::kubernetes
