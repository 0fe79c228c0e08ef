#include "cli/backup.hpp"

#include "cli/cli.hpp"
#include "store/open.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace greeter {

namespace {

int refuse(std::string_view message) {
  fmt::print(stderr, "greeter: {}\n", message);
  return exit_failed;
}

// Whether a store is named at all.
bool is_named(const std::string& store_url) {
  if (!store_url_fault(store_url)) return true;
  fmt::print(stderr, "greeter: the store is {}: name one that has a file, with --store sqlite:/path/to/file.db\n",
             store_url.empty() ? "not named" : store_url);
  return false;
}

} // namespace

int back_up_store(const std::string& store_url, const std::string& file) {
  if (!is_named(store_url)) return exit_usage;
  const auto size = back_up(store_url, file);
  if (!size) return refuse(size.error().message);
  fmt::print("{}: {} bytes, checked\n", file, size.value());
  return exit_ok;
}

int restore_store(const std::string& store_url, const std::string& file) {
  if (!is_named(store_url)) return exit_usage;
  const auto greetings = restore(store_url, file);
  if (!greetings) return refuse(greetings.error().message);
  fmt::print("{} greetings restored; the file that was there is kept beside it, named .before-restore\n",
             greetings.value());
  return exit_ok;
}

} // namespace greeter
