// The two files of a TLS server, as configurations name them. Whoever names a certificate wants no plain HTTP: whatever is wrong with the
// files is an error. Any thread.
#pragma once

#include <string>

#include "common/base/error.h"

namespace tillsync::http {

inline constexpr std::size_t kTlsFileBytesMax = 1'000'000;

struct TlsFiles {
  std::string certificate_pem, key_pem;  // both "" = plain HTTP
};
/// section: of the configuration, for the error ("listen": listen.certificate and listen.key). kInvalid: one of the two is not named, cannot be read, or is no PEM
/// file of its kind. Whether they belong together is seen when the server starts.
Result<TlsFiles> read_tls_files(const std::string& section, const std::string& certificate, const std::string& key);

}  // namespace tillsync::http
