#include "common/contract/reservation.h"

#include <algorithm>
#include <array>
#include <set>

#include "common/contract/array_codec.h"
#include "common/contract/json_writer.h"
#include "common/contract/typed_reader.h"
#include "common/contract/vocabulary.h"
#include "common/crypto/crypto.h"

namespace tillsync {
namespace {

constexpr std::string_view kContract = "reservation/1";
constexpr std::string_view kHashDomain = "tillsync-reservation-1";
constexpr std::array<std::string_view, 5> kSourcings = {"", "listed", "nearest", "most_stock", "fewest_parcels"};
constexpr std::array<std::string_view, 3> kPolicies = {"", "all_or_nothing", "partial"};

bool is_one_of(std::span<const std::string_view> words, std::string_view text) {
  return std::ranges::find(words, text) != words.end();
}

/// Refuses what a request says wrong; the first fault counts.
class RequestCheck {
 public:
  RequestCheck(TypedReader& reader, ReservationRequest& request, const Path& root) : reader_(reader), request_(request), root_(root) {}

  void run() {
    if (reservation_purpose(request_.purpose) == ReservationPurpose::kUnknown) refuse_word("purpose", request_.purpose);
    if (!is_one_of(kPolicies, request_.policy)) refuse_word("policy", request_.policy);
    if (!is_one_of(kSourcings, request_.sourcing)) refuse_word("sourcing", request_.sourcing);
    check_hold();
    check_lines();
  }

 private:
  void refuse_word(std::string_view field, const std::string& word) {
    reader_.refuse("unknown_value", "'" + word + "' is not known here", root_.member(field));
  }

  void check_hold() {
    if (request_.ttl_s && request_.hold_until)
      reader_.refuse("hold_out_of_range", "give either ttl_s or hold_until", root_.member("hold_until"));
    if (request_.ttl_s && (*request_.ttl_s < 1 || *request_.ttl_s > kHoldSecondsMax))
      reader_.refuse("hold_out_of_range", "ttl_s is 1 to " + std::to_string(kHoldSecondsMax) + " seconds", root_.member("ttl_s"));
  }

  void check_lines() {
    const Path lines = root_.member("lines");
    if (request_.lines.empty()) reader_.refuse("no_lines", "a reservation has 1 to " + std::to_string(kReservationLinesMax) + " lines", lines);
    if (request_.lines.size() > kReservationLinesMax)
      reader_.refuse("too_many_lines", "a reservation has 1 to " + std::to_string(kReservationLinesMax) + " lines", lines);
    std::set<std::int64_t> numbers;
    for (std::size_t i = 0; i < request_.lines.size() && !reader_.fault(); ++i) {
      ReservationLine& line = request_.lines[i];
      const Path path = lines.entry(i);
      if (line.line_no == 0) line.line_no = static_cast<std::int64_t>(i) + 1;
      if (!numbers.insert(line.line_no).second)
        reader_.refuse("duplicate_line_no", "line " + std::to_string(line.line_no) + " stands twice", path.member("line_no"));
      if (line.sku.empty()) reader_.refuse("missing_field", "a line names a SKU", path.member("sku"));
      if (line.qty.milli <= 0) reader_.refuse("bad_quantity", "a line asks for more than nothing", path.member("qty"));
      if (line.locations.size() > kReservationLocationsMax)
        reader_.refuse("too_many_locations", "a line names at most " + std::to_string(kReservationLocationsMax) + " locations",
                       path.member("locations"));
    }
  }

  TypedReader& reader_;
  ReservationRequest& request_;
  const Path& root_;
};

}  // namespace

std::expected<ReservationRequest, Problem> parse_reservation(const Value& tree, std::string_view pointer_base) {
  TypedReader reader;
  const Path root{.name = pointer_base};
  ReservationRequest request;
  if (const ValueObject* members_of_tree = reader.object(tree, root)) {
    Members members(*members_of_tree);
    if (const Value* given = members.take("contract")) {
      const auto* text = std::get_if<std::string>(&given->data);
      if (text == nullptr || *text != kContract)
        reader.refuse("unknown_contract", "expected \"" + std::string(kContract) + "\"", root.member("contract"));
    }
    ObjectReader<ReservationRequest> visitor(reader, members, root, kDigitsWithoutCurrency);
    ReservationRequest::fields(visitor, request);
    if (!reader.fault()) {
      members.copy_unknown(request.extras);
      reader.clean(request.extras, root, false);
    }
    if (!reader.fault()) RequestCheck(reader, request, root).run();
  }
  if (reader.fault()) return std::unexpected(*reader.fault());
  return request;
}

std::expected<ReservationRequest, Problem> read_reservation(BytesView body, std::string_view key, bool& has_own_key) {
  auto tree = parse_tree(body, Syntax::kJson);
  if (!tree) return std::unexpected(tree.error());
  has_own_key = false;
  if (auto* members = std::get_if<ValueObject>(&tree->data)) {
    const auto own = std::ranges::find(*members, "idempotency_key", &std::pair<std::string, Value>::first);
    has_own_key = own != members->end() && !std::holds_alternative<std::nullptr_t>(own->second.data);
    if (!has_own_key && key.empty())
      return std::unexpected(make_problem("idempotency_key_missing",
                                          "send an Idempotency-Key header or the member idempotency_key, new for each request and the same when it is repeated",
                                          "/idempotency_key"));
    if (!has_own_key) {
      std::erase_if(*members, [](const auto& member) { return member.first == "idempotency_key"; });
      members->emplace_back("idempotency_key", Value{std::string(key)});
    }
  }
  return parse_reservation(*tree);
}

std::string reservation_to_json(const ReservationRequest& request) {
  std::string json = "{\"contract\":";
  append_json_string(json, kContract);
  bool is_first = false;
  JsonObjectWriter<ReservationRequest> visitor(json, kDigitsWithoutCurrency, is_first);
  ReservationRequest::fields(visitor, request);
  append_json_members(json, request.extras, is_first);
  return json + "}";
}

Bytes encode_reservation(const ReservationRequest& request) { return encode_object(request); }

Result<ReservationRequest> decode_reservation(BytesView bytes) { return decode_object<ReservationRequest>(bytes, "decode reservation"); }

ContentHash reservation_hash(const ReservationRequest& request) {
  ReservationRequest without_key = request;
  without_key.idempotency_key.clear();
  const Bytes form = encode_reservation(without_key);
  const auto digest = sha256({BytesView(kHashDomain), form});
  return *ContentHash::from_view(BytesView(digest.data(), digest.size()));
}

}  // namespace tillsync
