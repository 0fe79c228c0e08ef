#include "http/board.hpp"

#include <doctest/doctest.h>

#include <poll.h>

using namespace greeter;
using namespace std::chrono_literals;

namespace {

Configuration configuration(std::vector<Greeting> greetings = {}) {
  return {{{"c", "C", "Moin!", {"c.x"}, std::move(greetings)}}, "", "cafe"};
}

Greeting greeting(std::string id, std::string text, std::string language = "") {
  Greeting made;
  made.id = std::move(id);
  made.text = std::move(text);
  made.language = std::move(language);
  return made;
}

Change put(const Greeting& greeting) { return {1, Write::Kind::put, "c", greeting}; }

// What a client with this Accept-Language gets; empty: the customer's own text.
std::string shown(const Board& board, std::string_view language = "") {
  const auto site = board.site().current();
  const auto& offer = site->pages.at(0)->offer_for(language);
  return offer.greeting ? offer.greeting->text : std::string();
}

bool rings_within(const Board& board, std::chrono::milliseconds time) {
  pollfd wait{board.timer_fd(), POLLIN, 0};
  return ::poll(&wait, 1, static_cast<int>(time.count())) == 1;
}

} // namespace

TEST_CASE("the site follows what is stored") {
  Board board(configuration(), {}, 1);
  CHECK(shown(board) == "");
  board.take(std::vector{put(greeting("a", "Hello", "en"))});
  CHECK(shown(board) == "Hello");
  CHECK(shown(board, "de") == "");
  CHECK(shown(board, "en-GB") == "Hello");
  board.take(std::vector{put(greeting("b", "Hallo", "de")), put(greeting("a", "Hi", "en"))});
  CHECK(shown(board, "de") == "Hallo");
  CHECK(shown(board, "en") == "Hi");
  Change erased = put(greeting("a", ""));
  erased.kind = Write::Kind::erase;
  board.take(std::vector{erased});
  CHECK(shown(board, "en") == "");
  CHECK(board.stored("c") == 1);
}

TEST_CASE("a page that says the same stays") {
  Board board(configuration({greeting("a", "Hello")}), {}, 1);
  const auto before = board.site().current()->pages.at(0);
  auto draft = greeting("b", "Soon");
  draft.state = State::draft;
  board.take(std::vector{put(draft)});
  board.tick();
  CHECK(board.site().current()->pages.at(0) == before);
}

TEST_CASE("a stored greeting covers the configuration's, also after a reload") {
  const auto base = configuration({greeting("a", "From the file")});
  Board board(base, {{{"c", greeting("a", "Stored")}}, 1}, 1);
  CHECK(shown(board) == "Stored");
  board.configure(base);
  CHECK(shown(board) == "Stored");
  CHECK(board.greetings("c").size() == 1);
}

TEST_CASE("greetings of a customer whom nobody knows are kept for when they are back") {
  Board board(configuration(), {{{"d", greeting("a", "Hello")}}, 1}, 1);
  CHECK(board.greetings("d").size() == 1);
  auto both = configuration();
  both.customers.push_back({"d", "D", "Hi", {"d.x"}, {}});
  board.configure(both);
  CHECK(board.site().current()->pages.at(1)->offer_for("").greeting->text == "Hello");
}

TEST_CASE("the timer rings when a greeting starts, and when it ends") {
  auto short_lived = greeting("a", "Now!");
  short_lived.starts_at = now() + 1s; // long enough for a machine that is busy
  short_lived.ends_at = *short_lived.starts_at + 3s;
  Board board(configuration(), {}, 1);
  CHECK_FALSE(rings_within(board, 0ms));
  board.take(std::vector{put(short_lived)});
  CHECK(shown(board) == "");
  REQUIRE(rings_within(board, 10s));
  CHECK(now() >= *short_lived.starts_at);
  board.tick();
  CHECK(shown(board) == "Now!");
  REQUIRE(rings_within(board, 10s));
  board.tick();
  CHECK(now() >= *short_lived.ends_at);
  CHECK(shown(board) == "");
  CHECK_FALSE(rings_within(board, 0ms));
}

TEST_CASE("variants have tags of their own") {
  Board board(configuration({greeting("a", "Hi", "en"), greeting("b", "Hi", "de")}), {}, 1);
  const auto page = board.site().current()->pages.at(0);
  CHECK(page->offer_for("en").etag != page->offer_for("de").etag);
  CHECK(page->offer_for("en").etag != page->offer_for("fr").etag);
}
