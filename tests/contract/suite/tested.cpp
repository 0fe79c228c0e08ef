#include "contract/suite/backends.hpp"

namespace greeter::test {

Tested::Tested(const Backend& backend, StoreOptions options) : options_(options), place_(backend.place()) { reopen(); }

void Tested::reopen() {
  store_.reset();
  auto opened = place_->open(options_);
  REQUIRE_MESSAGE(opened, opened.error().message);
  store_ = std::move(opened.value());
}

Result<Change> Tested::write(Write write) {
  auto results = store_->write(std::span(&write, 1));
  REQUIRE(results.size() == 1);
  return std::move(results.front());
}

Change Tested::must(Write write) {
  auto result = this->write(std::move(write));
  REQUIRE_MESSAGE(result, result.error().message);
  return result.value();
}

std::vector<StoredGreeting> Tested::all() {
  auto contents = store_->load();
  REQUIRE_MESSAGE(contents, contents.error().message);
  return contents.value().greetings;
}

std::string Tested::texts() {
  std::string texts;
  for (const auto& [customer, greeting] : all()) texts += customer + "/" + greeting.id + "=" + greeting.text + " ";
  return texts;
}

Write put(std::string customer, std::string id, std::string text, Revision expected) {
  Write write{Write::Kind::put, std::move(customer), {}, expected};
  write.greeting.id = std::move(id);
  write.greeting.text = std::move(text);
  return write;
}

Write erase(std::string customer, std::string id, Revision expected) {
  Write write{Write::Kind::erase, std::move(customer), {}, expected};
  write.greeting.id = std::move(id);
  return write;
}

Write confirm(std::string customer, std::string id, std::uint64_t expected) {
  auto write = erase(std::move(customer), std::move(id), expected);
  write.kind = Write::Kind::confirm;
  return write;
}

std::string outcome(const Result<Change>& result) {
  if (result) return "ok";
  switch (result.error().code) {
  case ErrorCode::invalid: return "invalid";
  case ErrorCode::not_found: return "not found";
  case ErrorCode::conflict: return "conflict";
  case ErrorCode::refused: return "refused";
  case ErrorCode::unavailable: return "unavailable";
  case ErrorCode::uncertain: return "uncertain";
  case ErrorCode::internal: return "internal";
  }
  return "?";
}

} // namespace greeter::test
