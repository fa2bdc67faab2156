#include "hub/ctl/certificate_check.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace tillsync::hub;
using nlohmann::json;

namespace {

const std::string kGoldenKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const std::string kAnotherKey = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";

std::string saved_certificate() {
  const char* folder = std::getenv("TILLSYNC_SOURCE_DIR");
  const std::filesystem::path root = folder == nullptr ? std::filesystem::current_path() : std::filesystem::path(folder);
  std::stringstream text;
  text << std::ifstream(root / "tests/golden/reconcile/close-certificate-1/forced.json", std::ios::binary).rdbuf();
  return text.str();
}
CertificateStatus status_of(const std::string& file, const std::string& key = kGoldenKey) {
  json certificate;
  return check_certificate(file, key, certificate);
}

}  // namespace

TEST_CASE("certificate check: the golden certificate is valid, in any layout", "[ctl]") {
  json certificate;
  CHECK(check_certificate(saved_certificate(), kGoldenKey, certificate) == CertificateStatus::kValid);
  CHECK(certificate.at("number") == 12);
  CHECK(status_of(json::parse(saved_certificate()).dump(2)) == CertificateStatus::kValid);
}

TEST_CASE("certificate check: any change is found", "[ctl]") {
  const json whole = json::parse(saved_certificate());
  for (const char* member : {"number", "complete", "business_date", "reason", "tills"}) {
    INFO(member);
    json changed = whole;
    changed["certificate"][member] = "changed";
    CHECK(status_of(changed.dump()) == CertificateStatus::kTampered);
    changed = whole;
    changed["certificate"].erase(member);
    CHECK(status_of(changed.dump()) == CertificateStatus::kTampered);
  }
  json more = whole;
  more["certificate"]["note"] = "added";
  CHECK(status_of(more.dump()) == CertificateStatus::kTampered);
  json other_signature = whole;
  other_signature["signature"] = std::string(128, '0');
  CHECK(status_of(other_signature.dump()) == CertificateStatus::kTampered);
}

TEST_CASE("certificate check: another key, and the key in the file proves nothing", "[ctl]") {
  CHECK(status_of(saved_certificate(), kAnotherKey) == CertificateStatus::kOtherKey);
  json claimed = json::parse(saved_certificate());
  claimed["public_key"] = kAnotherKey;
  CHECK(status_of(claimed.dump(), kAnotherKey) == CertificateStatus::kTampered);
  CHECK(status_of(claimed.dump()) == CertificateStatus::kValid);
  for (const std::string& key : {std::string(), std::string("xyz"), kGoldenKey.substr(2), kGoldenKey + "00"}) CHECK(status_of(saved_certificate(), key) == CertificateStatus::kNotAKey);
}

TEST_CASE("certificate check: what is no certificate", "[ctl]") {
  for (const std::string text : {"", "[]", "{}", "null", "{\"algorithm\":\"ed25519\"}", "{\"algorithm\":\"ed25519\",\"certificate\":{}}"})
    CHECK(status_of(text) == CertificateStatus::kNotACertificate);
  CHECK(status_of(saved_certificate().substr(0, 500)) == CertificateStatus::kNotACertificate);
  json other = json::parse(saved_certificate());
  other["certificate"]["contract"] = "close-certificate/2";
  CHECK(status_of(other.dump()) == CertificateStatus::kNotACertificate);
  other = json::parse(saved_certificate());
  other["signature"] = "00";
  CHECK(status_of(other.dump()) == CertificateStatus::kNotACertificate);
}

TEST_CASE("certificate check: a member that comes twice is refused, since readers would see one and check the other", "[ctl]") {
  std::string text = saved_certificate();
  text.insert(text.find("\"complete\":false"), "\"complete\":true,");
  CHECK(status_of(text) == CertificateStatus::kNotACertificate);
}
