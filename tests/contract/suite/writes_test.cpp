// What becomes of a write.
#include "contract/suite/backends.hpp"

using namespace greeter;
using namespace greeter::test;

namespace {

Write whole_greeting() {
  auto write = put("customer-a", "christmas", "Frohe Weihnachten! 🎄\n\t\"quoted\" \\ 'single' --; %_");
  auto& greeting = write.greeting;
  greeting.description = "Für die Feiertage; от всего сердца";
  greeting.language = "zh-Hant-TW";
  greeting.tags = {"a.b_c-d", "season", "x"};
  greeting.state = State::draft;
  greeting.starts_at = Timestamp(std::chrono::milliseconds(-62'135'596'800'000)); // year 1
  greeting.ends_at = Timestamp(std::chrono::milliseconds(253'402'300'799'999));   // year 9999
  return write;
}

} // namespace

TEST_CASE("a new store is empty") {
  on_every_backend([](Tested& store) {
    const auto contents = store->load();
    REQUIRE(contents);
    CHECK(contents.value().greetings.empty());
    CHECK(store->write({}).empty());
    CHECK(store.must(put("c", "a", "1")).sequence > contents.value().sequence);
  });
}

TEST_CASE("a greeting comes back as it was put, and with what the store says of it") {
  on_every_backend([](Tested& store) {
    const auto before = now();
    auto write = whole_greeting();
    write.greeting.origin = Origin::configuration; // ignored, as are the next two
    write.greeting.revision = 77;
    write.greeting.created_at = Timestamp{};
    const auto change = store.must(write);
    const auto after = now();
    CHECK(change.customer == "customer-a");
    CHECK(change.kind == Write::Kind::put);
    CHECK(same_content(change.greeting, write.greeting));
    CHECK(change.greeting.origin == Origin::store);
    CHECK(change.greeting.revision == change.sequence);
    CHECK(change.greeting.created_at == change.greeting.updated_at);
    REQUIRE(change.greeting.created_at);
    CHECK(*change.greeting.created_at >= before);
    CHECK(*change.greeting.created_at <= after);
    const auto all = store.all();
    REQUIRE(all.size() == 1);
    CHECK(all[0].customer == "customer-a");
    CHECK(all[0].greeting == change.greeting);
  });
}

TEST_CASE("texts of any length within the limits are kept whole, and empty fields stay empty") {
  on_every_backend([](Tested& store) {
    std::string longest;
    for (std::size_t i = 0; i < GreetingLimits::text; ++i) longest += "👋";
    auto write = put(std::string(63, 'c'), std::string(63, 'g'), longest);
    write.greeting.description = longest;
    for (std::size_t i = 0; i < GreetingLimits::tags; ++i)
      write.greeting.tags.push_back(std::string(GreetingLimits::tag - 1, 't') + static_cast<char>('a' + i));
    store.must(write);
    store.must(put("d", "e", "x"));
    const auto all = store.all();
    REQUIRE(all.size() == 2);
    CHECK(same_content(all[0].greeting, write.greeting));
    CHECK(all[1].greeting.description.empty());
    CHECK(all[1].greeting.language.empty());
    CHECK(all[1].greeting.tags.empty());
    CHECK_FALSE(all[1].greeting.starts_at);
    CHECK_FALSE(all[1].greeting.ends_at);
  });
}

TEST_CASE("every expectation meets what is there or is a conflict") {
  on_every_backend([](Tested& store) {
    CHECK(outcome(store.write(put("c", "a", "1", 1))) == "conflict");
    CHECK(outcome(store.write(erase("c", "a", 1))) == "conflict");
    CHECK(outcome(store.write(erase("c", "a"))) == "not found");
    CHECK(outcome(store.write(erase("c", "a", 0))) == "not found");
    CHECK(store.texts().empty());

    const auto first = store.must(put("c", "a", "1", 0));
    const auto conflict = store.write(put("c", "a", "2", 0));
    REQUIRE(outcome(conflict) == "conflict");
    CHECK(conflict.error().message.find(std::to_string(first.sequence)) != std::string::npos);
    CHECK(outcome(store.write(put("c", "a", "2", first.sequence + 1))) == "conflict");
    CHECK(outcome(store.write(erase("c", "a", 0))) == "conflict");
    CHECK(outcome(store.write(erase("c", "a", first.sequence + 1))) == "conflict");
    CHECK(store.texts() == "c/a=1 ");

    const auto second = store.must(put("c", "a", "2", first.sequence));
    CHECK(outcome(store.write(put("c", "a", "3", first.sequence))) == "conflict");
    const auto third = store.must(put("c", "a", "3"));
    CHECK(second.sequence < third.sequence);
    const auto gone = store.must(erase("c", "a", third.sequence));
    CHECK(gone.kind == Write::Kind::erase);
    CHECK(gone.greeting == third.greeting);
    CHECK(outcome(store.write(put("c", "a", "4", third.sequence))) == "conflict");
    const auto fourth = store.must(put("c", "a", "4", 0));
    CHECK(fourth.sequence > gone.sequence);
    store.must(erase("c", "a"));
    CHECK(store.texts().empty());
  });
}

TEST_CASE("writes of one call are done in their order, and a refused one undoes no other") {
  on_every_backend([](Tested& store) {
    const auto there = store.must(put("c", "there", "old"));
    const std::vector<Write> writes{put("c", "a", "1", 0),
                                    put("c", "a", "2", there.sequence + 1), // sees the one before
                                    put("c", "there", "no", 0),
                                    erase("c", "nothing"),
                                    put("c", "b", "1"),
                                    erase("c", "b"),
                                    put("c", "b", "2", 0),
                                    put("c", "a", "3", there.sequence + 1), // no longer so
                                    erase("c", "there", there.sequence)};
    const auto results = store->write(writes);
    REQUIRE(results.size() == writes.size());
    std::string outcomes;
    for (const auto& result : results) outcomes += outcome(result) + ", ";
    CHECK(outcomes == "ok, ok, conflict, not found, ok, ok, ok, conflict, ok, ");
    CHECK(store.texts() == "c/a=2 c/b=2 ");
    auto last = there.sequence;
    for (const auto& result : results) {
      if (!result) continue;
      CHECK(result.value().sequence > last);
      last = result.value().sequence;
    }
    CHECK(store->load().value().sequence == last);
  });
}

TEST_CASE("sequences grow with every change, and with nothing else") {
  on_every_backend([](Tested& store) {
    std::uint64_t last = 0;
    for (int i = 0; i < 50; ++i) {
      const auto change = store.must(put("c", "g" + std::to_string(i % 3), "x"));
      CHECK(change.sequence > last);
      last = change.sequence;
      CHECK(outcome(store.write(put("c", "g0", "y", 99'999))) == "conflict");
    }
    CHECK(store->load().value().sequence == last);
  });
}

TEST_CASE("created_at stays for a greeting's life, updated_at never goes back") {
  on_every_backend([](Tested& store) {
    const auto created = store.must(put("c", "a", "1"));
    auto last = *created.greeting.updated_at;
    while (now() <= last) {
    } // a millisecond at most
    for (const auto* const text : {"2", "3"}) {
      const auto updated = store.must(put("c", "a", text)).greeting;
      CHECK(updated.created_at == created.greeting.created_at);
      CHECK(*updated.updated_at >= last);
      last = *updated.updated_at;
    }
    CHECK(last > *created.greeting.created_at);
    store.must(erase("c", "a"));
    CHECK(*store.must(put("c", "a", "4")).greeting.created_at >= last);
  });
}

TEST_CASE("everything is loaded in the order of customers and ids") {
  on_every_backend([](Tested& store) {
    for (const auto* const id : {"z", "a-b", "a", "10", "9", "ab"})
      for (const auto* const customer : {"customer-b", "customer-a", "customer", "customer-a-x"})
        store.must(put(customer, id, "x"));
    std::string order;
    for (const auto& [customer, greeting] : store.all())
      if (customer == "customer-a" || greeting.id == "a") order += customer + "/" + greeting.id + " ";
    CHECK(order == "customer/a customer-a/10 customer-a/9 customer-a/a customer-a/a-b customer-a/ab customer-a/z "
                   "customer-a-x/a customer-b/a ");
  });
}

TEST_CASE("customers don't see each other's greetings") {
  on_every_backend([](Tested& store) {
    const auto a = store.must(put("a", "x", "of a"));
    store.must(put("b", "x", "of b", 0));
    CHECK(outcome(store.write(erase("c", "x"))) == "not found");
    CHECK(outcome(store.write(put("b", "x", "of a", a.sequence))) == "conflict");
    store.must(erase("a", "x"));
    CHECK(store.texts() == "b/x=of b ");
  });
}

TEST_CASE("what was written is there when a durable store is opened again") {
  for (const auto& backend : backends()) {
    const std::string name = backend.name;
    CAPTURE(name);
    Tested store(backend);
    const auto whole = store.must(whole_greeting());
    store.must(put("c", "a", "1"));
    const auto last = store.must(erase("c", "a"));
    store.reopen();
    if (!backend.outlives_its_process) {
      CHECK(store.all().empty());
      continue;
    }
    const auto contents = store->load();
    REQUIRE(contents);
    REQUIRE(contents.value().greetings.size() == 1);
    CHECK(contents.value().greetings[0].greeting == whole.greeting);
    CHECK(contents.value().sequence >= last.sequence);
    store.must(erase("customer-a", "christmas"));
    store.reopen();
    const auto next = store.must(put("c", "a", "2")); // a store without a greeting still knows how far it has counted
    CHECK(next.sequence > last.sequence + 1);
    CHECK(*next.greeting.updated_at >= *whole.greeting.updated_at);
  }
}

TEST_CASE("to confirm what is there changes nothing, and nobody is told") {
  on_every_backend([](Tested& store) {
    const auto there = store.must(put("c", "x", "1"));
    int told = 0;
    store->listen({[&](std::span<const Change>) { ++told; }});
    const auto same = store.must(confirm("c", "x", there.sequence));
    CHECK(same.sequence == there.sequence);
    CHECK(same.greeting == there.greeting);
    CHECK(outcome(store.write(confirm("c", "x", there.sequence + 1))) == "conflict");
    CHECK(outcome(store.write(confirm("c", "x", 0))) == "conflict");
    CHECK(outcome(store.write(confirm("c", "y", 0))) == "ok"); // that there is none
    CHECK(outcome(store.write(confirm("c", "y", there.sequence))) == "conflict");
    CHECK(told == 0);
    CHECK(store->load().value().sequence == there.sequence);
    CHECK(store.texts() == "c/x=1 ");
  });
}
