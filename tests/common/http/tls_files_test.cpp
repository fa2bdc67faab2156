#include "common/http/tls_files.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "common/base/os.h"
#include "tests/common/http/tls_fixture.h"

namespace tillsync::http {
namespace {

struct TlsFolder {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("tillsync-tls-" + std::to_string(::getpid()));
  TlsFolder() { std::filesystem::create_directories(folder); }
  ~TlsFolder() { std::filesystem::remove_all(folder); }
  std::string put(const std::string& name, const std::string& text) const {
    REQUIRE(os::write_file_durably(folder / name, text, true));
    return (folder / name).string();
  }
};

std::string refused_for(const std::string& certificate, const std::string& key) {
  const auto files = read_tls_files("listen", certificate, key);
  REQUIRE_FALSE(files);
  CHECK(files.error().code == ErrorCode::kInvalid);
  CHECK_FALSE(files.error().hint.empty());
  return to_string(files.error());
}

}  // namespace

TEST_CASE("tls files: both are read, or none is named", "[http]") {
  const TlsFolder folder;
  const auto files = read_tls_files("listen", folder.put("c", kTestCertificate), folder.put("k", kTestKey));
  REQUIRE(files);
  CHECK(files->certificate_pem == kTestCertificate);
  CHECK(files->key_pem == kTestKey);
  CHECK(read_tls_files("listen", "", "")->certificate_pem.empty());
}

TEST_CASE("tls files: what is not whole is an error that names key and file, never plain HTTP", "[http]") {
  const TlsFolder folder;
  const std::string certificate = folder.put("c", kTestCertificate), key = folder.put("k", kTestKey);
  CHECK(refused_for(certificate, "").find("listen.key is not") != std::string::npos);
  CHECK(refused_for("", key).find("listen.certificate is not") != std::string::npos);
  const std::string missing = (folder.folder / "none").string();
  CHECK(refused_for(missing, key).find(missing) != std::string::npos);
  CHECK(refused_for(certificate, missing).find("listen.key") != std::string::npos);
  CHECK(refused_for(folder.folder.string(), key).find("listen.certificate") != std::string::npos);  // a folder
  CHECK(refused_for(folder.put("empty", ""), key).find("holds no CERTIFICATE") != std::string::npos);
  CHECK(refused_for(key, key).find("holds no CERTIFICATE") != std::string::npos);
  CHECK(refused_for(certificate, certificate).find("holds no PRIVATE KEY") != std::string::npos);
  const std::string pem = kTestCertificate;
  CHECK(refused_for(folder.put("cut", pem.substr(0, pem.size() / 2)), key).find("holds no CERTIFICATE") != std::string::npos);
  CHECK(refused_for(certificate, folder.put("cut-key", std::string(kTestKey).substr(0, 60))).find("holds no PRIVATE KEY") != std::string::npos);
  const std::string longest = pem + std::string(kTlsFileBytesMax - pem.size(), '\n');
  CHECK(read_tls_files("listen", folder.put("longest", longest), key));
  CHECK(refused_for(folder.put("longer", longest + "\n"), key).find("larger than") != std::string::npos);
}

}  // namespace tillsync::http
