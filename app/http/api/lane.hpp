// A thread that answers requests of the API, so that no worker waits for a store or searches through a table.
#pragma once
#include "http/access_log.hpp"
#include "http/api/context.hpp"
#include "http/date.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace greeter::api {

// The answer to a request of `count` writes, of which the store had done so many when one failed like this.
Response store_failed(ErrorCode code, std::size_t done, std::size_t count);

class Lane {
public:
  Lane(Context context, Log& log);
  virtual ~Lane() = default;
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // Thread-safe. Whether one more request of this size may wait.
  bool has_room(std::size_t bytes);

  // Thread-safe.
  void submit(RequestPtr request);

protected:
  void start();
  void stop(); // answers what waits; derived classes call it before they go

  // Answers what has come since the last call, in its order.
  virtual void handle(std::vector<RequestPtr> requests) = 0;
  // Called now and then, every few seconds at least.
  virtual void idle() {}

  void answer(const Request& request, const Response& response);
  const Context context_;
  Log& log_;
  DateClock dates_; // of the thread

private:
  void run();

  AccessLog access_log_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<RequestPtr> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

// Answers from memory, and opens streams of events.
class ReadLane final : public Lane {
public:
  ReadLane(const Context& context, Log& log) : Lane(context, log) { start(); }
  ~ReadLane() override { stop(); }

protected:
  void handle(std::vector<RequestPtr> requests) override;
  void idle() override;

private:
  void open_stream(const Request& request);

  Clock::time_point next_beat_ = Clock::now();
};

// Answers how often greetings were given, which the store alone knows. Whoever asks sees what was counted before.
class VisitLane final : public Lane {
public:
  VisitLane(const Context& context, Log& log) : Lane(context, log) { start(); }
  ~VisitLane() override { stop(); }

protected:
  void handle(std::vector<RequestPtr> requests) override;
};

// Writes: whatever came while the store was busy with the last writes is one transaction, and waits for the disk once.
class WriteLane final : public Lane {
public:
  WriteLane(const Context& context, Log& log) : Lane(context, log) { start(); }
  ~WriteLane() override { stop(); }

protected:
  void handle(std::vector<RequestPtr> requests) override;

private:
  struct Planned {
    RequestPtr request;
    Plan plan;
    std::size_t first, count; // its part of the batch's writes
  };
  std::vector<RequestPtr> write(std::vector<RequestPtr> requests);
  bool settle(const Planned& planned, std::span<const Result<Change>> results);
};

} // namespace greeter::api
