// Commands and replies of one connection to a Redis server or sentinel.
#pragma once
#include "net/stream.hpp"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;

namespace greeter::redis {

struct Reply {
  enum class Kind : std::uint8_t { nothing, text, number, list, error };
  Kind kind = Kind::nothing;
  std::string text; // of an error: what the server says
  std::int64_t number = 0;
  std::vector<Reply> items;
};

// What an error reply means: `invalid` where the server does not let us in or does not know what we name.
Error error_of(const Reply& reply, const Endpoint& server);

// Belongs to one thread at a time. After an error of send(), receive() or call() that is not the server's, it is of no
// use any more: replies would be taken for those of other commands.
class Connection {
public:
  explicit Connection(Stream stream);

  using Words = std::span<const std::string_view>;
  void queue(Words words);
  void queue(std::initializer_list<std::string_view> words) { queue(Words(words.begin(), words.size())); }
  std::optional<Error> send(Deadline deadline); // what is queued
  Result<Reply> receive(Deadline deadline);     // the next reply, which may be an error of the server's

  // One command. An error of the server's is an error.
  Result<Reply> call(std::initializer_list<std::string_view> words, Deadline deadline);
  bool is_open() const { return stream_.is_quiet(); } // as far as can be known without asking
  const Endpoint& server() const { return stream_.endpoint(); }

private:
  struct Free {
    void operator()(redisReader* reader) const;
  };
  Stream stream_;
  std::unique_ptr<redisReader, Free> reader_;
  std::string out_, in_;
};

} // namespace greeter::redis
