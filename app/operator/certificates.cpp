#include "operator/certificates.hpp"

#include "base/address.hpp"
#include "base/random.hpp"

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

namespace greeter::webhook {

namespace {

// Clocks of other machines may be behind ours.
constexpr auto head_start = std::chrono::hours(1);

template <auto Release> struct Free {
  template <class T> void operator()(T* object) const { Release(object); }
};
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;

struct Pair {
  Certificate certificate;
  Key key;
};

Bio reading(const std::string& pem) { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

std::vector<Certificate> read_certificates(const std::string& pem) {
  std::vector<Certificate> all;
  const auto bio = reading(pem);
  while (Certificate next{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) all.push_back(std::move(next));
  ERR_clear_error(); // the end is an error to OpenSSL
  return all;
}

Key read_key(const std::string& pem) {
  const auto bio = reading(pem);
  const auto no_passphrase = [](char*, int, int, void*) { return 0; }; // never ask at a terminal
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  return key;
}

template <class Write> std::string written(const Write& write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  write(bio.get());
  std::string text(BIO_ctrl_pending(bio.get()), '\0');
  BIO_read(bio.get(), text.data(), static_cast<int>(text.size()));
  return text;
}

std::string to_pem(X509* certificate) {
  return written([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
}
std::string to_pem(EVP_PKEY* key) {
  return written([&](BIO* bio) { PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

Timestamp time_of(const ASN1_TIME* time) {
  tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return Timestamp(std::chrono::seconds(::timegm(&parts)));
}
Timestamp begin_of(const X509* certificate) { return time_of(X509_get0_notBefore(certificate)); }
Timestamp end_of(const X509* certificate) { return time_of(X509_get0_notAfter(certificate)); }

// When so many parts of a whole life are over.
Timestamp moment(const X509* certificate, int part, int whole) {
  const auto begin = begin_of(certificate);
  return begin + (end_of(certificate) - begin) * part / whole;
}

bool set_time(ASN1_TIME* time, Timestamp to) {
  return ASN1_TIME_set(time, std::chrono::floor<std::chrono::seconds>(to).time_since_epoch().count()) != nullptr;
}

bool add(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  const std::unique_ptr<BIGNUM, Free<BN_free>> number(BN_new());
  if (!number || RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7fU) | 0x40U); // positive, and never shorter
  return BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), number.get()) &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
}

using Extensions = std::vector<std::pair<int, std::string>>;

// `issuer` null: it signs itself.
std::optional<Pair> make(const std::string& name, const Pair* issuer, Timestamp from, Timestamp until,
                         const Extensions& extensions) {
  Pair made{Certificate(X509_new()), Key(EVP_EC_gen("P-256"))};
  auto* const x509 = made.certificate.get();
  if (!x509 || !made.key) return {};
  auto* const signer = issuer ? issuer->certificate.get() : x509;
  auto* const subject = X509_get_subject_name(x509);
  bool done = X509_set_version(x509, 2) == 1 && set_serial(x509) && set_time(X509_getm_notBefore(x509), from) &&
              set_time(X509_getm_notAfter(x509), until) && X509_set_pubkey(x509, made.key.get()) == 1 &&
              X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                         reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0) == 1 &&
              X509_set_issuer_name(x509, X509_get_subject_name(signer)) == 1;
  for (const auto& [nid, value] : extensions) done = done && add(x509, signer, nid, value);
  done = done && X509_sign(x509, (issuer ? *issuer : made).key.get(), EVP_sha256()) > 0;
  if (!done) return {};
  return made;
}

std::optional<Pair> make_authority(Timestamp now, const Lifetimes& lifetimes) {
  return make("greeter-webhook-ca-" + random_hex(8), nullptr, now - head_start, now + lifetimes.authority,
              {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
               {NID_key_usage, "critical,keyCertSign,cRLSign"},
               {NID_subject_key_identifier, "hash"}});
}

std::optional<Pair> make_certificate(const Pair& authority, std::span<const std::string> names, Timestamp now,
                                     const Lifetimes& lifetimes) {
  std::string all;
  for (const auto& name : names)
    all += (all.empty() ? "" : ",") + std::string(Address::parse(name) ? "IP:" : "DNS:") + name;
  return make("greeter-webhook", &authority, now - head_start,
              std::min(now + lifetimes.certificate, end_of(authority.certificate.get())),
              {{NID_basic_constraints, "critical,CA:FALSE"},
               {NID_key_usage, "critical,digitalSignature"},
               {NID_ext_key_usage, "serverAuth"},
               {NID_authority_key_identifier, "keyid"},
               {NID_subject_alt_name, all}});
}

bool fit(const Pair& pair) {
  return pair.certificate && pair.key && X509_check_private_key(pair.certificate.get(), pair.key.get()) == 1;
}

bool is_for(X509* certificate, const std::string& name) {
  return Address::parse(name) ? X509_check_ip_asc(certificate, name.c_str(), 0) == 1
                              : X509_check_host(certificate, name.data(), name.size(), 0, nullptr) == 1;
}

bool is_vouched_for(X509* certificate, const std::vector<Certificate>& authorities) {
  return std::any_of(authorities.begin(), authorities.end(), [&](const Certificate& authority) {
    return X509_verify(certificate, X509_get0_pubkey(authority.get())) == 1;
  });
}

// What is there, as far as it makes sense at this time.
struct Present {
  Present(const Credentials& there, Timestamp now) : authorities(read_certificates(there.authorities)) {
    std::erase_if(authorities, [&](const Certificate& c) { return end_of(c.get()) <= now; });
    if (!authorities.empty()) X509_up_ref(authorities.front().get());
    signer = {Certificate(authorities.empty() ? nullptr : authorities.front().get()), read_key(there.authority_key)};
    auto own = read_certificates(there.certificate);
    leaf = {own.empty() ? nullptr : std::move(own.front()), read_key(there.key)};
  }

  bool has_signer() const { return fit(signer); }
  bool has_leaf(std::span<const std::string> names, Timestamp now) const {
    auto* const x509 = leaf.certificate.get();
    return fit(leaf) && now < moment(x509, 2, 3) && is_vouched_for(x509, authorities) &&
           std::all_of(names.begin(), names.end(), [&](const std::string& name) { return is_for(x509, name); });
  }

  std::vector<Certificate> authorities;
  Pair signer, leaf;
};

} // namespace

Result<std::optional<Credentials>> renewed(const Credentials& there, std::span<const std::string> names, Timestamp now,
                                           const Lifetimes& lifetimes) {
  const Error failed{ErrorCode::internal, "no certificate could be made for the webhook"};
  Present present(there, now);
  auto& authorities = present.authorities;
  const auto add_authority = [&] {
    auto made = make_authority(now, lifetimes);
    if (!made) return false;
    X509_up_ref(made->certificate.get());
    authorities.insert(authorities.begin(), Certificate(made->certificate.get()));
    present.signer = std::move(*made);
    return true;
  };
  if (!present.has_signer() && !add_authority()) return failed;
  if (!present.has_leaf(names, now)) {
    auto made = make_certificate(present.signer, names, now, lifetimes);
    if (!made) return failed;
    present.leaf = std::move(*made);
  }
  if (now >= moment(present.signer.certificate.get(), 9, 10) && !add_authority()) return failed;
  Credentials wanted{.authority_key = to_pem(present.signer.key.get()),
                     .certificate = to_pem(present.leaf.certificate.get()),
                     .key = to_pem(present.leaf.key.get())};
  for (const auto& authority : authorities) wanted.authorities += to_pem(authority.get());
  ERR_clear_error();
  if (wanted == there) return std::optional<Credentials>();
  return std::optional(std::move(wanted));
}

std::optional<Timestamp> end_of(const std::string& certificates) {
  const auto all = read_certificates(certificates);
  if (all.empty()) return {};
  return end_of(all.front().get());
}

} // namespace greeter::webhook
