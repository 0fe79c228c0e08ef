// TLS 1.2 and later for a Stream: OpenSSL between two buffers. Which bytes travel, and until when, is the stream's
// matter.
#pragma once
#include "base/error.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace greeter {

// Whom to believe, and who we are. Thread-safe once loaded.
class Tls {
public:
  // `ca_file` empty: the system's authorities. `certificate_file` empty: none of our own.
  static Result<Tls> load(const std::string& ca_file, const std::string& certificate_file, const std::string& key_file);
  // The same of PEM texts.
  static Result<Tls> of_pem(const std::string& authorities, const std::string& chain, const std::string& key);
  ssl_ctx_st* context() const { return context_.get(); }

private:
  static Result<Tls> make();
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

// One connection's. Its server has to have a certificate for `host`, a name or an address.
class TlsSession {
public:
  static Result<TlsSession> begin(const Tls& tls, const std::string& host);

  enum class Step { done, needs_more, failed };
  Step shake_hands();
  Step write(std::string_view plain);
  Step read(std::string& plain); // appends what there is

  void feed(std::string_view received);
  std::string take(); // to be sent
  Error error() const;

private:
  struct Free {
    void operator()(ssl_st* session) const;
  };
  Step step(int result);
  std::unique_ptr<ssl_st, Free> session_;
  std::string host_, error_;
};

} // namespace greeter
