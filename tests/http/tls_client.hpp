// A client that speaks TLS, and believes only whom a test says.
#pragma once
#include "base/fd.hpp"
#include "http/client.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace greeter::test {

// Every wait ends after a few seconds, with what there is.
class TlsClient {
public:
  // `authorities`: PEM of whom to believe. The server has to be 127.0.0.1. `newest`: the last version of TLS to offer,
  // as OpenSSL numbers it; 0: any.
  TlsClient(std::uint16_t port, const std::string& authorities, int newest = 0);

  bool is_open() const { return open_; }   // the handshake succeeded
  bool send(std::string_view bytes) const; // false: the server takes no more
  Reply receive();                         // the next response; status 0: none came whole
  std::string certificate() const;         // PEM, of the server

private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
    void operator()(ssl_st* session) const;
  };
  Fd fd_;
  std::unique_ptr<ssl_ctx_st, Free> context_;
  std::unique_ptr<ssl_st, Free> session_;
  std::string buffer_;
  bool open_ = false;
};

} // namespace greeter::test
