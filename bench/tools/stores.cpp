// What the backends cost, each on this machine in the same run, and what Kubernetes costs besides. Prints Markdown.
// Usage: greeter_store_bench [SECONDS_OF_EACH [GREETINGS]]
#define DOCTEST_CONFIG_IMPLEMENT
#include "base/text.hpp"
#include "contract/redis_servers.hpp"
#include "store/open.hpp"
#include "support/api_server.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <unistd.h>

using namespace greeter;
using namespace greeter::test;

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;
constexpr auto patience = std::chrono::seconds(60);

// Of a usual length.
Write put(unsigned number, unsigned round) {
  Write write{Write::Kind::put, "customer-a", {}, {}};
  write.greeting.id = fmt::format("greeting-{:05}", number);
  write.greeting.text = fmt::format("Wir wünschen Ihnen frohe Feiertage und freuen uns auf Ihren Besuch ({}).", round);
  write.greeting.description = "For the season";
  write.greeting.language = "de";
  write.greeting.tags = {"season", "winter"};
  return write;
}

void must(const std::vector<Result<Change>>& results) {
  for (const auto& result : results)
    if (!result) throw std::runtime_error(result.error().message);
}

std::unique_ptr<Store> open(const std::string& url) {
  auto store = open_store(url, {.wait = patience});
  if (!store) throw std::runtime_error(store.error().message);
  if (auto all = store.value()->load(); !all) throw std::runtime_error(all.error().message);
  return std::move(store.value());
}

class Times {
public:
  void add(Clock::duration time) { all_.push_back(Milliseconds(time).count()); }
  void add(const Times& others) { all_.insert(all_.end(), others.all_.begin(), others.all_.end()); }
  std::size_t count() const { return all_.size(); }
  double at(double part) {
    if (all_.empty()) return 0;
    std::sort(all_.begin(), all_.end());
    return all_[std::min(all_.size() - 1, static_cast<std::size_t>(part * static_cast<double>(all_.size())))];
  }

private:
  std::vector<double> all_;
};

// `writers` call write() with `batch` greetings at a time.
void measure_writes(const std::string& name, Store& store, unsigned writers, unsigned batch,
                    std::chrono::seconds time) {
  std::mutex mutex;
  Times times;
  const auto began = Clock::now(), end = began + time;
  std::atomic<unsigned> failures = 0;
  {
    std::vector<std::jthread> threads;
    for (unsigned writer = 0; writer < writers; ++writer)
      threads.emplace_back([&, writer] {
        Times own;
        for (unsigned round = 0; Clock::now() < end; ++round) {
          std::vector<Write> writes;
          for (unsigned i = 0; i < batch; ++i) writes.push_back(put(writer * 100 + (round * batch + i) % 100, round));
          const auto start = Clock::now();
          for (const auto& result : store.write(writes)) failures += result ? 0 : 1;
          own.add(Clock::now() - start);
        }
        const std::lock_guard lock(mutex);
        times.add(own);
      });
  }
  if (failures > 0) throw std::runtime_error(fmt::format("{}: {} writes failed", name, failures.load()));
  const auto seconds = std::chrono::duration<double>(Clock::now() - began).count();
  fmt::print("| {} | {} | {} | {:.0f} | {:.2f} | {:.2f} |\n", name, writers, batch,
             static_cast<double>(times.count() * batch) / seconds, times.at(0.5), times.at(0.99));
}

// What the servers that this program has started keep in memory by now.
void print_memory() {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream stat(entry.path() / "stat"), statm(entry.path() / "statm");
    std::string id, name, state;
    pid_t parent = 0;
    std::uint64_t all = 0, resident = 0;
    if (stat >> id >> name >> state >> parent && parent == getpid() && statm >> all >> resident)
      fmt::print("- memory of {}: {:.0f} MB\n", name,
                 static_cast<double>(resident * static_cast<std::uint64_t>(getpagesize())) / 1e6);
  }
}

void measure_all_writes(const ApiServer& kubernetes, std::chrono::seconds time) {
  const Folder folder;
  const RedisServer redis("appendonly yes\nappendfsync always\n");
  kubernetes.add_space("writes");
  fmt::print("| store | writers | greetings a call | writes/s | p50 ms | p99 ms |\n|---|---|---|---|---|---|\n");
  const std::vector<std::pair<std::string, std::string>> stores{
      {"memory", "memory:"},
      {"SQLite", "sqlite:" + folder.path("store.db")},
      {"Redis", "redis://127.0.0.1:" + std::to_string(redis.port())},
      {"Kubernetes", "kubernetes:?kubeconfig=" + kubernetes.kubeconfig("admin", "writes")}};
  for (const auto& [name, url] : stores) {
    const auto store = open(url);
    for (const auto& [writers, batch] : {std::pair(1U, 1U), std::pair(8U, 1U), std::pair(1U, 64U)})
      measure_writes(name, *store, writers, batch, time);
  }
  fmt::print("\n");
  print_memory();
}

double megabytes(std::uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

void write_all(Store& store, unsigned greetings, unsigned round) {
  for (unsigned first = 0; first < greetings; first += 100) {
    std::vector<Write> writes;
    for (unsigned i = first; i < std::min(first + 100, greetings); ++i) writes.push_back(put(i, round));
    must(store.write(writes));
  }
}

// How etcd grows, and how long a table of that size takes to be read.
void measure_size(const ApiServer& server, unsigned greetings) {
  server.add_space("size");
  const auto url = "kubernetes:?kubeconfig=" + server.kubeconfig("admin", "size");
  const auto store = open(url);
  const auto squeeze = [&] {
    server.compact();
    server.defragment();
    return server.etcd_bytes();
  };
  const auto before = squeeze();
  write_all(*store, greetings, 0);
  const auto made = server.etcd_bytes();
  const auto kept = squeeze();
  write_all(*store, greetings, 1);
  const auto changed = server.etcd_bytes();
  const auto kept_at_last = squeeze();
  fmt::print("\n- an object in etcd: {} bytes\n",
             server.stored_bytes("/registry/greeter.parcellab.com/greetings/size/customer-a.greeting-00000"));
  fmt::print("- etcd's file: {:.1f} MB; with {} new greetings {:.1f} MB, compacted and defragmented {:.1f} MB; after "
             "{} changes {:.1f} MB, then {:.1f} MB\n",
             megabytes(before), greetings, megabytes(made), megabytes(kept), greetings, megabytes(changed),
             megabytes(kept_at_last));
  Times times;
  for (int i = 0; i < 5; ++i) {
    const auto began = Clock::now();
    open(url);
    times.add(Clock::now() - began);
  }
  fmt::print("- a start with {} greetings: {:.0f} ms (median of 5)\n", greetings, times.at(0.5));
}

// From the call of write() until so many instances have heard of it.
void measure_watchers(const ApiServer& server, unsigned instances) {
  const auto space = fmt::format("watchers-{}", instances);
  server.add_space(space);
  const auto url = "kubernetes:?kubeconfig=" + server.kubeconfig("admin", space);
  std::mutex mutex;
  std::condition_variable heard;
  Clock::time_point start;
  unsigned count = 0;
  Times each, last;
  std::vector<std::unique_ptr<Store>> stores;
  for (unsigned i = 0; i < instances; ++i) {
    stores.push_back(open(url));
    stores.back()->listen({[&](std::span<const Change>) {
      const std::lock_guard lock(mutex);
      each.add(Clock::now() - start);
      if (++count == instances) last.add(Clock::now() - start);
      heard.notify_all();
    }});
  }
  const auto writer = open(url);
  for (unsigned round = 0; round < 50; ++round) {
    {
      const std::lock_guard lock(mutex);
      start = Clock::now();
      count = 0;
    }
    const std::vector one{put(0, round)};
    must(writer->write(one));
    std::unique_lock lock(mutex);
    if (!heard.wait_for(lock, patience, [&] { return count == instances; })) throw std::runtime_error("not told");
  }
  fmt::print("| {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} |\n", instances, each.at(0.5), each.at(0.99), last.at(0.5),
             last.at(0.99));
}

int run(std::chrono::seconds time, unsigned greetings) {
  ApiServer server(ApiServer::Disk::durable);
  apply_definitions(server);
  measure_all_writes(server, time);
  fmt::print(
      "\n| instances that watch | p50 ms | p99 ms | the last of them: p50 ms | p99 ms |\n|---|---|---|---|---|\n");
  for (const unsigned instances : {1U, 10U, 50U}) measure_watchers(server, instances);
  measure_size(server, greetings);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  doctest::Context context;
  context.setAsDefaultForAssertsOutOfTestCases();
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const auto seconds = parse_number(argc > 1 ? argv[1] : "10"), greetings = parse_number(argc > 2 ? argv[2] : "10000");
  if (!seconds || !greetings || *seconds == 0 || *greetings == 0 || *greetings > 99'999) {
    fmt::print(stderr, "usage: greeter_store_bench [SECONDS_OF_EACH [GREETINGS]], from 1; at most 99999 greetings\n");
    return 2;
  }
  try {
    return run(std::chrono::seconds(*seconds), static_cast<unsigned>(*greetings));
  } catch (const std::exception& e) {
    fmt::print(stderr, "greeter_store_bench: {}\n", e.what());
    return 1;
  }
}
