#include "hub/app/hub_keys.h"

#include "common/base/os.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kKeyFileBytesMax = 200;

Result<std::string> read_key(const std::filesystem::path& path) {
  auto text = os::read_file(path, kKeyFileBytesMax);
  if (!text) {
    if (text.error().code == ErrorCode::kNotFound) text.error().hint = "run tillsync-hub init, or restore the keys folder from a backup";
    return text;
  }
  text->erase(text->find_last_not_of(" \r\n\t") + 1);
  TS_RETURN_IF_ERROR(transport::check_key(*text));
  return text;
}

}  // namespace

Result<transport::CurveKeyPair> create_hub_keys(const std::filesystem::path& folder) {
  TS_RETURN_IF_ERROR(os::make_private_folder(folder));
  std::error_code ignored;
  if (std::filesystem::exists(folder / "hub.secret", ignored))
    return fail(ErrorCode::kAlreadyExists, "create keys in " + folder.string(), "there is a key already",
                "agents know the hub by it; it is not replaced");
  const transport::CurveKeyPair keys = transport::generate_key_pair();
  TS_RETURN_IF_ERROR(os::write_file_durably(folder / "hub.public", keys.public_key + "\n", false));
  TS_RETURN_IF_ERROR(os::write_file_durably(folder / "hub.secret", keys.secret_key + "\n", true));
  return keys;
}

Result<transport::CurveKeyPair> load_hub_keys(const std::filesystem::path& folder) {
  transport::CurveKeyPair keys;
  TS_ASSIGN_OR_RETURN(keys.secret_key, read_key(folder / "hub.secret"));
  TS_ASSIGN_OR_RETURN(keys.public_key, read_key(folder / "hub.public"));
  TS_ASSIGN_OR_RETURN(const std::string derived, transport::public_key_of(keys.secret_key));
  if (derived != keys.public_key)
    return fail(ErrorCode::kCorrupt, "load keys from " + folder.string(), "hub.public does not belong to hub.secret", "restore the keys folder from a backup");
  return keys;
}

Result<SignatureKeyPair> load_or_create_certificate_keys(const std::filesystem::path& folder) {
  const std::filesystem::path secret = folder / "certificate.secret";
  const std::filesystem::path open = folder / "certificate.public";
  std::error_code ignored;
  if (!std::filesystem::exists(secret, ignored)) {
    // A public key without its secret: certificates were signed here, and another key would not be known to those who check them.
    if (std::filesystem::exists(open, ignored))
      return fail(ErrorCode::kCorrupt, "load keys from " + folder.string(), "certificate.secret is missing", "restore the keys folder from a backup");
    TS_RETURN_IF_ERROR(os::make_private_folder(folder));
    const SignatureKeyPair keys = generate_signature_keys();
    TS_RETURN_IF_ERROR(os::write_file_durably(secret, keys.seed.hex() + "\n", true));
    TS_RETURN_IF_ERROR(os::write_file_durably(open, keys.public_key.hex() + "\n", false));
    return keys;
  }
  TS_ASSIGN_OR_RETURN(std::string text, os::read_file(secret, kKeyFileBytesMax));
  text.erase(text.find_last_not_of(" \r\n\t") + 1);
  const auto bytes = from_hex(text);
  const auto seed = bytes ? SignatureSeed::from_view(*bytes) : std::nullopt;
  if (!seed) return fail(ErrorCode::kCorrupt, "load " + secret.string(), "it is no key: 64 hex digits", "restore the keys folder from a backup");
  const SignatureKeyPair keys = signature_keys_of(*seed);
  // The public key is there for people; the crash between the two writes is mended here.
  if (!std::filesystem::exists(open, ignored)) TS_RETURN_IF_ERROR(os::write_file_durably(open, keys.public_key.hex() + "\n", false));
  TS_ASSIGN_OR_RETURN(std::string said, os::read_file(open, kKeyFileBytesMax));
  said.erase(said.find_last_not_of(" \r\n\t") + 1);
  if (said != keys.public_key.hex())
    return fail(ErrorCode::kCorrupt, "load keys from " + folder.string(), "certificate.public does not belong to certificate.secret", "restore the keys folder from a backup");
  return keys;
}

}  // namespace tillsync::hub
