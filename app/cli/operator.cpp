#include "cli/commands.hpp"
#include "cli/exit.hpp"
#include "cli/files.hpp"
#include "cli/output.hpp"
#include "cli/until_stopped.hpp"
#include "cli/yaml.hpp"

#include "base/random.hpp"
#include "config/watch.hpp"
#include "http/management_handler.hpp"
#include "operator/access.hpp"
#include "operator/controller.hpp"
#include "operator/template_follower.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <array>
#include <climits>
#include <csignal>

#include <poll.h>
#include <unistd.h>

namespace greeter {

namespace {

// The pod's name, and what tells it from itself before a restart.
std::string identity() {
  std::array<char, HOST_NAME_MAX + 1> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("{}_{}", host.data(), random_hex(8));
}

int refuse(const Error& error) {
  complain(error.message);
  return exit_usage;
}

int serve_operator(const Settings& settings, const Environment& environment) {
  const auto signals = take_signals({SIGTERM, SIGINT});
  const auto access = kube::access_of(settings, environment);
  if (!access) return refuse(access.error());
  Watch watch(settings.operator_template); // before the first read: no change falls between the two
  auto read = control::read_template(settings.operator_template);
  if (!read) return refuse(read.error());
  Log log(settings.log_level, log_format(settings), false);
  for (const auto& line : unknown_variables(environment)) log.warning(line);

  control::ControllerOptions options{.workers = settings.operator_workers};
  options.lease.space = access.value().space;
  options.lease.identity = identity();
  control::Controller controller(access.value(), std::make_shared<const control::Template>(std::move(read.value())),
                                 options, log);
  Metrics metrics(1);
  const auto management = start_management({.settings = settings,
                                            .unready = [&] { return controller.unready(); },
                                            .metrics = [&] { return controller.metrics(); }},
                                           metrics.workers()[0], log);
  if (!management) return refuse(management.error());
  log.info("looking after customers", {{"identity", std::string_view(options.lease.identity)},
                                       {"namespace", std::string_view(options.lease.space)},
                                       {"management_port", std::uint64_t{management.value()->port()}}});
  const control::TemplateFollower follower(
      watch, settings.operator_template,
      {[&](auto made_by) { controller.use(std::move(made_by)); }, [&] { controller.count_refused_template(); }}, log);
  pollfd wait{signals.get(), POLLIN, 0};
  while (::poll(&wait, 1, -1) < 0) continue;
  log.info("stopping");
  return exit_ok;
}

Result<nlohmann::json> read_object_file(const std::string& file) {
  const auto text = read_file(file);
  if (!text) return text.error();
  const auto parsed = parse_yaml(text.value(), file);
  if (!parsed) return parsed.error();
  return nlohmann::json(parsed.value());
}

int render(const Settings& settings, const std::string& file) {
  const auto made_by = control::read_template(settings.operator_template);
  if (!made_by) return refuse(made_by.error());
  const auto object = read_object_file(file);
  if (!object) return refuse(object.error());
  const auto customer = control::read_object(object.value());
  const auto read = made_by.value().read(customer.spec, customer.name);
  auto faults = read.faults;
  if (auto fault = made_by.value().class_fault(customer.spec)) faults.push_back(std::move(*fault));
  for (const auto& fault : faults) complain(control::in_words(fault));
  if (!faults.empty()) return exit_invalid;
  auto items = nlohmann::json::array();
  for (auto& wanted : made_by.value().fill(read.customer, customer.spec)) items.push_back(std::move(wanted.object));
  const nlohmann::json list{{"apiVersion", "v1"}, {"kind", "List"}, {"items", std::move(items)}};
  say(list.dump(2) + "\n");
  return exit_ok;
}

} // namespace

void add_operator(Commands& commands) {
  auto& group = commands.add(commands.root(), "operator", "run an instance for every customer that Kubernetes has",
                             Commands::WithSettings(serve_operator));
  const auto file = std::make_shared<std::string>();
  auto& command =
      commands.add(group, "render", "what it would make for a customer, as JSON",
                   [file](const Settings& settings, const Environment&) { return render(settings, *file); });
  command.add_option("file", *file, "the Customer, in YAML or JSON")->type_name("FILE")->required();
}

} // namespace greeter
