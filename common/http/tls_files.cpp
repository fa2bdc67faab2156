#include "common/http/tls_files.h"

#include <tuple>

#include "common/base/os.h"

namespace tillsync::http {
namespace {

Result<std::string> read_pem(const std::string& name, const std::string& path, std::string_view kind) {
  const std::string operation = "read " + name;
  const std::string hint = "it must be a PEM file that this user may read";
  auto text = os::read_file(path, kTlsFileBytesMax);
  if (!text) return fail(ErrorCode::kInvalid, operation, path + ": " + text.error().detail, hint);
  const std::string first_line_end = std::string(kind) + "-----";
  const std::size_t head = text->find("-----BEGIN ");
  const std::size_t body = head == std::string::npos ? head : text->find(first_line_end, head);
  if (body == std::string::npos || text->find("-----END ", body) == std::string::npos) return fail(ErrorCode::kInvalid, operation, path + " holds no " + std::string(kind), hint);
  return text;
}

}  // namespace

Result<TlsFiles> read_tls_files(const std::string& section, const std::string& certificate, const std::string& key) {
  if (certificate.empty() && key.empty()) return TlsFiles{};
  for (const auto& [path, name, other] : {std::tuple{&certificate, "certificate", "key"}, {&key, "key", "certificate"}})
    if (path->empty()) return fail(ErrorCode::kInvalid, "read " + section + "." + name, section + "." + other + " is set and " + section + "." + name + " is not", "TLS needs both; leave both empty for plain HTTP");
  TlsFiles files;
  TS_ASSIGN_OR_RETURN(files.certificate_pem, read_pem(section + ".certificate", certificate, "CERTIFICATE"));
  TS_ASSIGN_OR_RETURN(files.key_pem, read_pem(section + ".key", key, "PRIVATE KEY"));
  return files;
}

}  // namespace tillsync::http
