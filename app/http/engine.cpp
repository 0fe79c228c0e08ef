#include "http/engine.hpp"

#include "http/listener.hpp"
#include "http/worker.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

namespace greeter {

namespace {

// As many descriptors as the system allows, and no more connections than those: accept() then never runs out of them.
std::size_t affordable_connections(std::size_t wanted) {
  constexpr std::size_t reserve = 384; // files, logs, clients who are turned away, the other port
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return wanted;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  return std::min<std::size_t>(wanted, files.rlim_cur > 2 * reserve ? files.rlim_cur - reserve : files.rlim_cur / 2);
}

bool is_open(const Fd& fd) { return static_cast<bool>(fd); }

} // namespace

Result<std::unique_ptr<Engine>> Engine::start(const EngineOptions& options, std::span<WorkerMetrics> metrics,
                                              const HandlerFactory& handler_for) {
  const auto count = static_cast<unsigned>(metrics.size());
  auto listeners = open_listeners(options.host, options.port, count, options.port_setting);
  if (!listeners) return listeners.error();

  auto limits = options.limits;
  limits.connections = affordable_connections(limits.connections);
  std::unique_ptr<Engine> engine(new Engine(limits, options.channels));
  engine->port_ = listeners.value().port;
  engine->state_.drain = Fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  engine->state_.finished = Fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  std::vector<Fd> epolls(count);
  for (auto& epoll : epolls) epoll = Fd(::epoll_create1(EPOLL_CLOEXEC));
  if (!engine->state_.drain || !engine->state_.finished || !std::all_of(epolls.begin(), epolls.end(), is_open))
    return Error{ErrorCode::unavailable,
                 fmt::format("can't wait for clients: {}; raise the limit of open files", std::strerror(errno))};
  engine->state_.running.store(count);
  for (unsigned i = 0; i < count; ++i)
    engine->threads_.emplace_back([&state = engine->state_, &own = metrics[i], epoll = std::move(epolls[i]),
                                   listener = std::move(listeners.value().sockets[i]),
                                   handler = handler_for(i)]() mutable {
      Worker(state, std::move(epoll), std::move(listener), *handler, own).run();
      if (state.running.fetch_sub(1) == 1) ::eventfd_write(state.finished.get(), 1);
    });
  return engine;
}

void Engine::drain(std::chrono::milliseconds grace) {
  announce_close();
  state_.grace.store(grace);
  ::eventfd_write(state_.drain.get(), 1);
}

Engine::~Engine() {
  drain(std::chrono::milliseconds(0));
  for (auto& thread : threads_) thread.join();
}

} // namespace greeter
