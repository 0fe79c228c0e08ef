#include "operator/template.hpp"

#include "base/random.hpp"
#include "base/text.hpp"
#include "operator/kinds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace greeter::control {

namespace {

constexpr std::string_view own_host = "__CUSTOMER__.__DOMAIN__";

Error invalid(const std::string& where, std::string_view what) {
  return {ErrorCode::invalid, fmt::format("{} {}", where, what)};
}

// Whether the text of a host stands in `value`, but for lists within it, whose elements are repeated themselves.
bool names_host(const Json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>() == own_host;
  return value.is_object() &&
         std::any_of(value.begin(), value.end(), [](const Json& member) { return names_host(member); });
}

class Filler {
public:
  Filler(const Customer& customer, std::string_view domain) : customer_(customer), domain_(domain) {}

  // `$` in texts of containers is doubled: Kubernetes expands $(VARIABLE) there.
  Json fill(const Json& value, bool in_container = false, const std::string* host = nullptr) const {
    if (value.is_string()) return fill(value.get_ref<const std::string&>(), in_container, host);
    if (value.is_array()) return fill_list(value, in_container, host);
    if (!value.is_object()) return value;
    auto out = Json::object();
    for (const auto& [key, member] : value.items()) {
      const bool container = in_container || key == "containers" || key == "initContainers";
      // A field that is null is one that is not there; nobody would own it.
      if (!member.is_null()) out[fill(key, false, nullptr)] = fill(member, container, host);
    }
    return out;
  }

private:
  Json fill_list(const Json& list, bool in_container, const std::string* host) const {
    auto out = Json::array();
    for (const auto& element : list) {
      if (host || !names_host(element)) out.push_back(fill(element, in_container, host));
      else
        for (const auto& each : customer_.hosts) out.push_back(fill(element, in_container, &each));
    }
    return out;
  }

  // In one go: what is put in is not looked through for more.
  std::string fill(const std::string& text, bool in_container, const std::string* host) const {
    if (host && text == own_host) return *host;
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {
      const auto take = [&](std::string_view placeholder) {
        const bool is_it = rest.starts_with(placeholder);
        if (is_it) rest.remove_prefix(placeholder.size());
        return is_it;
      };
      if (take("__CUSTOMER__")) out += customer_.id;
      else if (take("__NAME__")) out += in_container ? doubled(customer_.name) : customer_.name;
      else if (take("__DOMAIN__")) out += domain_;
      else if (take("__TOKEN__")) out += secret_hex(40);
      else {
        out += rest.front();
        rest.remove_prefix(1);
      }
    }
    return out;
  }

  static std::string doubled(const std::string& text) {
    std::string out;
    for (const char c : text) out.append(c == '$' ? 2 : 1, c);
    return out;
  }

  const Customer& customer_;
  std::string_view domain_;
};

Json namespace_of(const std::string& customer) {
  return {{"apiVersion", "v1"},
          {"kind", "Namespace"},
          {"metadata",
           {{"name", customer},
            {"labels",
             {{"app.kubernetes.io/managed-by", "greeter"}, // as scripts/kube.sh makes it
              {"pod-security.kubernetes.io/enforce", "restricted"},
              {"pod-security.kubernetes.io/audit", "restricted"},
              {"pod-security.kubernetes.io/warn", "restricted"}}}}}};
}

Json quota_of(const std::string& customer, const Json& quota) {
  return {{"apiVersion", "v1"},
          {"kind", "ResourceQuota"},
          {"metadata", {{"name", "greeter-" + customer}, {"namespace", customer}}},
          {"spec", quota}};
}

// Its class, as the object names it.
Json class_named_by(const Json& spec) {
  const auto named = spec.is_object() ? spec.value("class", Json()) : Json();
  return named.is_null() ? Json("standard") : named;
}

Wanted wanted(std::size_t kind, Json object, const std::string& customer) {
  auto& metadata = object["metadata"];
  metadata["labels"][customer_label] = customer;
  auto name = metadata["name"].get<std::string>();
  auto hash = fingerprint(object.dump(-1, ' ', false, Json::error_handler_t::replace));
  metadata["annotations"][hash_annotation] = hash;
  return {kind, std::move(name), std::move(object), std::move(hash)};
}

} // namespace

Result<Template> Template::parse(std::string_view text) {
  const auto root = Json::parse(text, nullptr, false);
  if (!root.is_object() || !root.contains("classes") || !root["classes"].is_object() || root["classes"].empty())
    return invalid("the template", "holds no classes; it is JSON like {\"classes\": {\"standard\": {...}}}");
  Template out;
  for (const auto& [name, value] : root["classes"].items()) {
    auto parsed = parse_class(name, value);
    if (!parsed) return parsed.error();
    out.classes_.emplace(name, std::move(parsed.value()));
  }
  return out;
}

Result<Template::Class> Template::parse_class(const std::string& name, const Json& value) {
  const auto where = "the template's class " + in_quotes(name);
  if (!value.is_object()) return invalid(where, "is no object; it has domain, quota and objects");
  const auto domain = value.find("domain");
  const auto objects = value.find("objects");
  if (domain == value.end() || !domain->is_string() || !is_dns_name(domain->get_ref<const std::string&>()))
    return invalid(where, "has no domain; it is a lower-case DNS name like parcellab.com");
  if (objects == value.end() || !objects->is_array() || objects->empty())
    return invalid(where, "has no objects; they are what the chart renders for a customer");
  Class out{domain->get<std::string>(), value.value("quota", Json()), {}};
  if (out.quota.empty()) out.quota = nullptr;
  if (!out.quota.is_null() && !out.quota.is_object())
    return invalid(where, "has a quota that is no object; it is the spec of a ResourceQuota");
  for (const auto& object : *objects) {
    const auto field = [&](const char* path) {
      const Json::json_pointer pointer(path);
      return object.contains(pointer) && object[pointer].is_string() ? object[pointer].get<std::string>() : "";
    };
    if (field("/metadata/name").empty())
      return invalid(where, "holds an object without metadata.name: " + excerpt(object));
    const auto kind = find_kind(field("/apiVersion"), field("/kind"));
    if (!kind || *kind == namespace_kind)
      return invalid(where, fmt::format("holds a {} of {}, a kind that the operator does not look after",
                                        field("/kind"), field("/apiVersion")));
    if (field("/metadata/namespace") != "__CUSTOMER__")
      return invalid(where, fmt::format("holds {} outside of the namespace __CUSTOMER__",
                                        in_words(*kind, field("/metadata/name"))));
    out.objects.emplace_back(*kind, object);
  }
  std::stable_sort(out.objects.begin(), out.objects.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return out;
}

const Template::Class* Template::class_of(const Json& spec) const {
  const auto name = class_named_by(spec);
  const auto found = name.is_string() ? classes_.find(name.get_ref<const std::string&>()) : classes_.end();
  return found == classes_.end() ? nullptr : &found->second;
}

std::optional<FieldFault> Template::class_fault(const Json& spec) const {
  if (class_of(spec)) return {};
  std::string names;
  for (const auto& [name, value] : classes_) names += (names.empty() ? "" : ", ") + name;
  return FieldFault{"class", excerpt(class_named_by(spec)), "use one of " + names};
}

CustomerRead Template::read(const Json& spec, std::string_view customer) const {
  const auto* const its_class = class_of(spec);
  return read_customer(spec, customer, its_class ? its_class->domain : std::string(), own_members);
}

bool Template::wants(std::size_t kind) const {
  return std::any_of(classes_.begin(), classes_.end(), [kind](const auto& entry) {
    const auto& objects = entry.second.objects;
    return std::any_of(objects.begin(), objects.end(), [kind](const auto& object) { return object.first == kind; });
  });
}

std::vector<Wanted> Template::fill(const Customer& customer, const Json& spec) const {
  const auto& from = *class_of(spec);
  const auto values = values_of(spec, from.domain);
  const Filler filler(customer, values["domain"].get_ref<const std::string&>());
  std::vector<Wanted> out;
  out.push_back(wanted(namespace_kind, namespace_of(customer.id), customer.id));
  if (!from.quota.is_null()) out.push_back(wanted(quota_kind, quota_of(customer.id, from.quota), customer.id));
  for (const auto& [kind, object] : from.objects) {
    auto filled = filler.fill(object);
    const auto file = customer.id + ".yaml";
    if (filled["kind"] == "ConfigMap" && filled.contains("data") && filled["data"].contains(file))
      filled["data"][file] = values.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    out.push_back(wanted(kind, std::move(filled), customer.id));
  }
  return out;
}

Result<Template> read_template(const std::string& file) {
  const std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream || stream.bad())
    return Error{ErrorCode::invalid, file + " can't be read: name the operator's template in GREETER_TEMPLATE"};
  auto read = Template::parse(text.str());
  if (!read) return Error{ErrorCode::invalid, file + ": " + read.error().message};
  return read;
}

} // namespace greeter::control
