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

}  // namespace tillsync::hub
