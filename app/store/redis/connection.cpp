#include "store/redis/connection.hpp"

#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>
#include <new>

namespace greeter::redis {

namespace {

Reply to_reply(const redisReply& raw) {
  Reply reply;
  switch (raw.type) {
  case REDIS_REPLY_ERROR:
  case REDIS_REPLY_STATUS:
  case REDIS_REPLY_STRING:
    reply.kind = raw.type == REDIS_REPLY_ERROR ? Reply::Kind::error : Reply::Kind::text;
    reply.text.assign(raw.str, static_cast<std::size_t>(raw.len));
    break;
  case REDIS_REPLY_INTEGER:
    reply.kind = Reply::Kind::number;
    reply.number = raw.integer;
    break;
  case REDIS_REPLY_ARRAY:
    reply.kind = Reply::Kind::list;
    reply.items.reserve(raw.elements);
    for (std::size_t i = 0; i < raw.elements; ++i) reply.items.push_back(to_reply(*raw.element[i]));
    break;
  default: break;
  }
  return reply;
}

} // namespace

Error error_of(const Reply& reply, const Endpoint& server) {
  constexpr std::array<std::string_view, 3> refusals{"WRONGPASS", "NOAUTH", "NOPERM"};
  const auto& text = reply.text;
  const auto is = [&](std::string_view code) { return text.starts_with(code); };
  const auto where = to_string(server);
  if (std::any_of(refusals.begin(), refusals.end(), is) || text.find("without any password configured") < text.size())
    return {ErrorCode::invalid, fmt::format("{} does not let us in ({}): look at the user in the URL, its rights, and "
                                            "GREETER_STORE_PASSWORD_FILE or GREETER_SENTINEL_PASSWORD_FILE",
                                            where, text)};
  if (is("ERR No such master"))
    return {ErrorCode::invalid, fmt::format("the sentinel {} knows no master of that name: look at the URL", where)};
  return {ErrorCode::unavailable, fmt::format("{} refuses: {}", where, text)};
}

void Connection::Free::operator()(redisReader* reader) const { redisReaderFree(reader); }

Connection::Connection(Stream stream) : stream_(std::move(stream)), reader_(redisReaderCreate()) {
  if (!reader_) throw std::bad_alloc();
}

void Connection::queue(Words words) {
  out_ += fmt::format("*{}\r\n", words.size());
  for (const auto word : words) {
    out_ += fmt::format("${}\r\n", word.size());
    out_ += word;
    out_ += "\r\n";
  }
}

std::optional<Error> Connection::send(Deadline deadline) {
  auto error = stream_.send(out_, deadline);
  out_.clear();
  return error;
}

Result<Reply> Connection::receive(Deadline deadline) {
  for (;;) {
    void* raw = nullptr;
    if (redisReaderGetReply(reader_.get(), &raw) != REDIS_OK)
      return Error{ErrorCode::unavailable, to_string(server()) + " does not speak Redis' protocol"};
    if (raw) {
      const std::unique_ptr<void, decltype(&::freeReplyObject)> owned(raw, &::freeReplyObject);
      return to_reply(*static_cast<const redisReply*>(raw));
    }
    in_.clear();
    if (auto error = stream_.receive(in_, deadline)) return *error;
    if (redisReaderFeed(reader_.get(), in_.data(), in_.size()) != REDIS_OK) throw std::bad_alloc();
  }
}

Result<Reply> Connection::call(std::initializer_list<std::string_view> words, Deadline deadline) {
  queue(words);
  if (auto error = send(deadline)) return *error;
  auto reply = receive(deadline);
  if (reply && reply.value().kind == Reply::Kind::error) return error_of(reply.value(), server());
  return reply;
}

} // namespace greeter::redis
