// Certificates of a test's own making, in PEM.
#pragma once
#include <memory>
#include <string>

struct evp_pkey_st;
struct ssl_ctx_st;
struct x509_st;

namespace greeter::test {

struct Identity {
  std::string certificate, key;
};

class Authority {
public:
  Authority();
  // `names`: as OpenSSL writes subject alternative names, "DNS:localhost,IP:127.0.0.1". Empty: a client.
  Identity issue(const std::string& names) const;
  const std::string& pem() const { return self_.certificate; }

private:
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> certificate_;
  Identity self_;
};

// What a server speaks TLS with. `clients`: who has to vouch for its clients, in PEM; empty: they need no certificate.
std::shared_ptr<ssl_ctx_st> server_context(const Identity& server, const std::string& clients = "");

} // namespace greeter::test
