// How bytes travel on a connection whose socket does not carry them as they are.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include <sys/types.h>

namespace greeter {

// Belongs to the thread of its connection.
class Channel {
public:
  virtual ~Channel() = default;

  // Both sides have agreed how to talk; before, nothing can be sent.
  virtual bool is_open() const = 0;

  // As recv(2) and send(2) have it on a socket that does not block: how many bytes; 0: the client sends no more; or -1
  // and errno, where EAGAIN means later.
  virtual ssize_t receive(char* data, std::size_t size) = 0;
  virtual ssize_t send(std::string_view data) = 0;

  // Tells the client that nothing follows.
  virtual void finish() = 0;
};

// Makes the channel of a client's socket; null: it can't be served. Thread-safe.
using ChannelFactory = std::function<std::unique_ptr<Channel>(int socket)>;

} // namespace greeter
