#include "kube/certificates.hpp"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <atomic>

namespace greeter::test {

namespace {

using Key = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;

template <class Write, class What> std::string to_pem(Write write, What* what) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  write(out.get(), what);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Certificate from_pem(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                     &BIO_free);
  return {PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr), &X509_free};
}

void extend(X509* certificate, int extension, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> one(
      X509V3_EXT_conf_nid(nullptr, nullptr, extension, value.c_str()), &X509_EXTENSION_free);
  X509_add_ext(certificate, one.get(), -1);
}

Key new_key() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

// `issuer` null: itself.
Certificate make(EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key, const std::string& names) {
  static std::atomic<int> last = 0;
  const auto serial = ++last;
  const auto name =
      "certificate " + std::to_string(serial); // two authorities of one name would be taken for each other
  const Certificate certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer ? issuer : certificate.get()));
  X509_set_pubkey(certificate.get(), key);
  if (!issuer) extend(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  if (!names.empty()) extend(certificate.get(), NID_subject_alt_name, names);
  X509_sign(certificate.get(), issuer_key, EVP_sha256());
  return certificate;
}

std::string pem_of(X509* certificate) {
  return to_pem([](BIO* out, X509* what) { PEM_write_bio_X509(out, what); }, certificate);
}

std::string pem_of(EVP_PKEY* key) {
  return to_pem(
      [](BIO* out, EVP_PKEY* what) { PEM_write_bio_PrivateKey(out, what, nullptr, nullptr, 0, nullptr, nullptr); },
      key);
}

} // namespace

Authority::Authority() : key_(new_key()), certificate_(make(key_.get(), nullptr, key_.get(), "")) {
  self_ = {.certificate = pem_of(certificate_.get()), .key = pem_of(key_.get())};
}

Identity Authority::issue(const std::string& names) const {
  const auto key = new_key();
  const auto certificate = make(key.get(), certificate_.get(), key_.get(), names);
  return {.certificate = pem_of(certificate.get()), .key = pem_of(key.get())};
}

std::shared_ptr<ssl_ctx_st> server_context(const Identity& server, const std::string& clients) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  SSL_CTX_use_certificate(context.get(), from_pem(server.certificate).get());
  const std::unique_ptr<BIO, decltype(&BIO_free)> in(
      BIO_new_mem_buf(server.key.data(), static_cast<int>(server.key.size())), &BIO_free);
  SSL_CTX_use_PrivateKey(context.get(),
                         Key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free).get());
  if (clients.empty()) return context;
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), from_pem(clients).get());
  return context;
}

} // namespace greeter::test
