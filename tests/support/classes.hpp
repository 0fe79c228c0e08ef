// A template with certain classes, for tests that go by these alone.
#pragma once
#include "operator/template.hpp"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>

namespace greeter::test {

using Domains = std::map<std::string, std::string>; // by class

inline std::string template_text(const Domains& domains) {
  auto classes = control::Json::object();
  const control::Json account{{"apiVersion", "v1"},
                              {"kind", "ServiceAccount"},
                              {"metadata", {{"name", "greeter-__CUSTOMER__"}, {"namespace", "__CUSTOMER__"}}}};
  for (const auto& [name, domain] : domains)
    classes[name] = {{"domain", domain}, {"objects", control::Json::array({account})}};
  return control::Json{{"classes", classes}}.dump();
}

inline std::shared_ptr<const control::Template> template_of(const Domains& domains) {
  auto parsed = control::Template::parse(template_text(domains));
  REQUIRE_MESSAGE(parsed, (parsed ? "" : parsed.error().message));
  return std::make_shared<const control::Template>(std::move(parsed.value()));
}

} // namespace greeter::test
