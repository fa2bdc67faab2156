#include "common/http/certificate.h"

#include <gnutls/x509.h>

#include <memory>

namespace tillsync::http {

Result<Instant> certificate_end(const std::string& pem) {
  constexpr std::int64_t kMicrosPerSecond = 1'000'000;
  gnutls_x509_crt_t raw = nullptr;
  if (gnutls_x509_crt_init(&raw) != GNUTLS_E_SUCCESS) return fail(ErrorCode::kInternal, "read certificate", "no memory for it");
  const std::unique_ptr<gnutls_x509_crt_int, void (*)(gnutls_x509_crt_t)> certificate(raw, &gnutls_x509_crt_deinit);
  const gnutls_datum_t text{reinterpret_cast<unsigned char*>(const_cast<char*>(pem.data())), static_cast<unsigned>(pem.size())};
  const int read = gnutls_x509_crt_import(certificate.get(), &text, GNUTLS_X509_FMT_PEM);
  if (read != GNUTLS_E_SUCCESS) return fail(ErrorCode::kInvalid, "read certificate", gnutls_strerror(read), "it must be a PEM file that begins with -----BEGIN CERTIFICATE-----");
  const std::time_t ends = gnutls_x509_crt_get_expiration_time(certificate.get());
  if (ends == static_cast<std::time_t>(-1)) return fail(ErrorCode::kInvalid, "read certificate", "it does not say how long it is good");
  return Instant{static_cast<std::int64_t>(ends) * kMicrosPerSecond};
}

}  // namespace tillsync::http
