#include "agent/app/agent_keys.h"

#include "common/base/os.h"
#include "common/crypto/crypto.h"

namespace tillsync::agent {
namespace {

constexpr std::size_t kKeyFileBytesMax = 200, kRingFileBytesMax = 16 * 1'024;

Result<std::string> read_key(const std::filesystem::path& path) {
  TS_ASSIGN_OR_RETURN(std::string text, os::read_file(path, kKeyFileBytesMax));
  text.erase(text.find_last_not_of(" \r\n\t") + 1);
  TS_RETURN_IF_ERROR(transport::check_key(text));
  return text;
}

/// machine-id(5) wants it hashed before it stands anywhere.
std::string machine_mark() {
  const std::string id = os::machine_id();
  if (id.empty()) return "";
  const Sha256Digest digest = sha256({"tillsync-agent-machine-1", id});
  return to_hex({digest.data(), digest.size()});
}

}  // namespace

namespace {

/// agent.public and agent.secret, of an agent that has never changed its keys.
Result<transport::CurveKeyPair> load_first_keys(const std::filesystem::path& folder) {
  transport::CurveKeyPair keys;
  auto secret = read_key(folder / "agent.secret");
  if (!secret && secret.error().code == ErrorCode::kNotFound)
    return fail(ErrorCode::kNotFound, "load keys from " + folder.string(), "this agent has no keys: it is not enrolled", "run tillsync-agent enroll");
  if (!secret) return std::unexpected(secret.error());
  keys.secret_key = *secret;
  TS_ASSIGN_OR_RETURN(keys.public_key, transport::public_key_of(keys.secret_key));
  TS_ASSIGN_OR_RETURN(const std::string written, read_key(folder / "agent.public"));
  if (written != keys.public_key)
    return fail(ErrorCode::kCorrupt, "load keys from " + folder.string(), "agent.public does not belong to agent.secret", "restore both from one backup, or enrol anew");
  return keys;
}

Result<void> check_pair(const KeyPair& pair) {
  TS_ASSIGN_OR_RETURN(const std::string belongs, transport::public_key_of(pair.secret_key));
  if (belongs != pair.public_key) return fail(ErrorCode::kCorrupt, "check key pair", "a public key does not belong to its secret key");
  return {};
}

Result<KeyRecord> read_ring(const std::filesystem::path& path) {
  TS_ASSIGN_OR_RETURN(const std::string text, os::read_file(path, kRingFileBytesMax));
  TS_ASSIGN_OR_RETURN(KeyRecord record, parse_key_record(text));
  for (const auto& pair : record.keys) TS_RETURN_IF_ERROR(check_pair(pair));
  if (record.next) TS_RETURN_IF_ERROR(check_pair(record.next->pair));
  return record;
}

/// The secret last: a pair counts as there once its secret is.
Result<void> write_first_keys(const std::filesystem::path& folder, const KeyPair& keys) {
  TS_RETURN_IF_ERROR(os::write_file_durably(folder / "agent.public", keys.public_key + "\n", false));
  return os::write_file_durably(folder / "agent.secret", keys.secret_key + "\n", true);
}

}  // namespace

Result<KeyRecord> load_key_record(const std::filesystem::path& data_folder) {
  const std::filesystem::path folder = data_folder / "keys";
  auto ring = read_ring(folder / "ring.json");
  if (ring) return ring;
  if (ring.error().code == ErrorCode::kNotFound) {
    TS_ASSIGN_OR_RETURN(transport::CurveKeyPair keys, load_first_keys(folder));
    return KeyRecord({keys.public_key, keys.secret_key});
  }
  if (ring.error().code == ErrorCode::kDenied) return ring;
  return fail(ErrorCode::kCorrupt, "load keys from " + folder.string(), "ring.json: " + ring.error().detail,
              "restore the folder from a backup that was made after the last change of keys, or enrol anew");
}

Result<transport::CurveKeyPair> load_keys(const std::filesystem::path& data_folder) {
  TS_ASSIGN_OR_RETURN(const KeyRecord record, load_key_record(data_folder));
  return transport::CurveKeyPair{record.keys.front().public_key, record.keys.front().secret_key};
}

Result<void> save_key_record(const std::filesystem::path& data_folder, const KeyRecord& record) {
  const std::filesystem::path folder = data_folder / "keys";
  TS_RETURN_IF_ERROR(os::write_file_durably(folder / "ring.json", key_record_json(record) + "\n", true));
  // From here on the change is made: who reads agent.public and agent.secret sees the same pair, at the latest after the next one.
  const auto written = read_key(folder / "agent.secret");
  if (written && *written == record.keys.front().secret_key) return {};
  return write_first_keys(folder, record.keys.front());
}

Result<transport::CurveKeyPair> load_or_create_keys(const std::filesystem::path& data_folder) {
  auto existing = load_keys(data_folder);
  if (existing || existing.error().code != ErrorCode::kNotFound) return existing;
  const std::filesystem::path folder = data_folder / "keys";
  TS_RETURN_IF_ERROR(os::make_private_folder(folder));
  const transport::CurveKeyPair keys = transport::generate_key_pair();
  if (const std::string mark = machine_mark(); !mark.empty()) TS_RETURN_IF_ERROR(os::write_file_durably(folder / "agent.machine", mark + "\n", false));
  TS_RETURN_IF_ERROR(write_first_keys(folder, {keys.public_key, keys.secret_key}));
  return keys;
}

bool are_keys_of_other_machine(const std::filesystem::path& data_folder) {
  const auto made = os::read_file(data_folder / "keys" / "agent.machine", kKeyFileBytesMax);
  const std::string here = machine_mark();
  return made && !here.empty() && *made != here + "\n";
}

Result<void> drop_keys_of_other_machine(const std::filesystem::path& data_folder) {
  if (!are_keys_of_other_machine(data_folder)) return {};
  const std::filesystem::path folder = data_folder / "keys";
  // The secret first: without it there is no pair.
  for (const char* name : {"agent.secret", "agent.public", "agent.machine"}) {
    std::error_code error;
    std::filesystem::remove(folder / name, error);
    if (error) return fail(ErrorCode::kIo, "remove " + (folder / name).string(), error.message());
  }
  return {};
}

}  // namespace tillsync::agent
