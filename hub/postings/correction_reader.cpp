#include "hub/postings/correction_reader.h"

#include "common/contract/codec.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kSelectCorrections =
    "SELECT version, correction, who, reason, at FROM posting_correction WHERE posting_no = $1 ORDER BY version";

}  // namespace

Result<std::vector<StoredCorrection>> corrections_of(sql::Connection& connection, std::int64_t posting_no) {
  std::vector<StoredCorrection> corrections;
  TS_RETURN_IF_ERROR(connection.query(kSelectCorrections, {posting_no}, [&corrections](const sql::Row& row) {
    corrections.push_back({row.integer(0), std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3)), Instant{row.integer(4)}});
  }));
  return corrections;
}

Result<Posting> effective_posting(Posting submitted, const std::vector<StoredCorrection>& corrections) {
  std::vector<Correction> parsed;
  parsed.reserve(corrections.size());
  for (const StoredCorrection& stored : corrections) {
    const auto tree = parse_tree(stored.correction_json, Syntax::kJson);
    auto correction = tree ? parse_correction(*tree, submitted.currency.code) : std::unexpected(tree.error());
    if (!correction)
      return fail(ErrorCode::kCorrupt, "correct posting " + submitted.posting_id,
                  "its correction " + std::to_string(stored.version) + " cannot be read: " + correction.error().detail,
                  "verify the database and restore a backup");
    parsed.push_back(std::move(*correction));
  }
  return corrected(std::move(submitted), parsed);
}

Result<Posting> effective_posting(sql::Connection& connection, std::int64_t posting_no, BytesView body) {
  TS_ASSIGN_OR_RETURN(Posting submitted, decode_posting(body));
  TS_ASSIGN_OR_RETURN(const auto corrections, corrections_of(connection, posting_no));
  return effective_posting(std::move(submitted), corrections);
}

}  // namespace tillsync::hub
