#include "agent/app/local_commands.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "agent/app/agent_config.h"
#include "agent/app/door_client.h"
#include "agent/ingest/data_reader.h"
#include "agent/ingest/door_rules.h"
#include "agent/ingest/sale_csv.h"
#include "agent/ingest/spool_file.h"
#include "agent/ingest/status.h"
#include "agent/ingest/till_tokens_store.h"
#include "common/base/limits.h"
#include "common/base/os.h"
#include "common/contract/codec.h"
#include "common/crypto/crypto.h"

namespace tillsync::agent {
namespace {

using nlohmann::json;

constexpr Duration kStatusTimeout = seconds(2);
constexpr Duration kSubmitTimeout = seconds(60);

int fail_with(const Error& error) {
  std::cerr << "tillsync-agent: " << to_string(error) << "\n";
  return 1;
}

std::string_view kind_name(wire::EventKind kind) {
  switch (kind) {
    case wire::EventKind::kDocument: return "document";
    case wire::EventKind::kConflict: return "conflict";
    case wire::EventKind::kOpaque: return "opaque";
  }
  return "unknown";
}

/// The stopped agent's own words, from its database.
Result<AgentStatus> stored_status(const config::Config& config) {
  TS_ASSIGN_OR_RETURN(const auto data, DataReader::open(data_folder(config)));
  TS_ASSIGN_OR_RETURN(AgentStatus status, data->status());
  status.is_running = false;
  status.location = LocationId(config.text("location"));
  status.version = TILLSYNC_VERSION;
  return status;
}

void print_running(const std::string& answer) {
  const json body = json::parse(answer, nullptr, false);
  if (!body.is_object()) {
    std::cout << answer << "\n";
    return;
  }
  AgentStatus status;
  status.location = LocationId(body.value("location", std::string()));
  status.version = body.value("version", std::string());
  status.waiting = body.value("waiting", std::uint64_t{0});
  status.last_seq = body.value("last_seq", std::uint64_t{0});
  status.acked_seq = body.value("acked_seq", std::uint64_t{0});
  status.inbox_last_no = body.value("inbox_last_no", std::uint64_t{0});
  status.database_bytes = body.value("database_bytes", std::int64_t{0});
  status.disk_free_bytes = body.value("disk_free_bytes", std::int64_t{0});
  status.resident_bytes = body.value("resident_bytes", std::int64_t{0});
  status.now = os::now();
  if (status.waiting > 0) status.oldest_waiting = status.now - seconds(body.value("oldest_waiting_s", std::int64_t{0}));
  if (const auto counts = body.value("since_start", json::object()); counts.is_object()) {
    status.accepted = counts.value("accepted", std::uint64_t{0});
    status.duplicates = counts.value("duplicates", std::uint64_t{0});
    status.conflicts = counts.value("conflicts", std::uint64_t{0});
    status.refused = counts.value("refused", std::uint64_t{0});
    status.failed = counts.value("failed", std::uint64_t{0});
  }
  status.link = link_in(answer);
  std::cout << to_text(status);
}

/// The frames that a file stands for.
Result<std::vector<std::string>> requests_in(const std::filesystem::path& file, const std::string& content) {
  const auto format = spool_format(file.filename().string());
  std::vector<std::string> requests;
  if (format == SpoolFormat::kJsonLines) {
    std::istringstream lines(content);
    for (std::string line; std::getline(lines, line);)
      if (line.find_first_not_of(" \t\r") != std::string::npos) requests.push_back(line);
    return requests;
  }
  if (format != SpoolFormat::kCsv) return std::vector{content};
  const auto documents = documents_in_csv(content);
  if (!documents) return fail(ErrorCode::kInvalid, "read " + file.string(), documents.error().detail);
  for (const CsvDocument& document : *documents) {
    if (!document.tree) return fail(ErrorCode::kInvalid, "read " + file.string(), document.tree.error().detail);
    requests.push_back(tree_to_json(*document.tree));
  }
  return requests;
}

/// Whether every document of an answer is recorded.
bool is_taken(const json& answer) {
  if (!answer.is_object()) return false;
  const auto recorded = [](const json& result) { return result.value("code", 500) / 100 == 2; };
  if (!answer.contains("results")) return recorded(answer);
  return std::ranges::all_of(answer["results"], recorded);
}

}  // namespace

int status_command(const config::Config& config, bool as_json) {
  if (const auto answer = ask_door(zmq_endpoint(config), R"({"get":"status"})", kStatusTimeout)) {
    if (as_json)
      std::cout << *answer << "\n";
    else
      print_running(*answer);
    return 0;
  }
  const auto status = stored_status(config);
  if (!status) return fail_with(status.error());
  std::cout << (as_json ? to_json(*status) + "\n" : to_text(*status));
  return 1;
}

int submit_command(const config::Config& config, const std::vector<std::filesystem::path>& files) {
  auto door = DoorClient::connect(zmq_endpoint(config));
  if (!door) return fail_with(door.error());
  bool all_taken = true;
  for (const auto& file : files) {
    const auto content = os::read_file(file, kRequestBytesMax);
    const auto requests = content ? requests_in(file, *content) : std::unexpected(content.error());
    if (!requests) {
      all_taken = false;
      fail_with(requests.error());
      continue;
    }
    for (const std::string& request : *requests) {
      const auto answer = door->ask(request, kSubmitTimeout);
      if (!answer) return fail_with(answer.error());  // the next one would fare no better
      const json body = detect_syntax(request) == Syntax::kMessagePack ? json::from_msgpack(*answer, true, false) : json::parse(*answer, nullptr, false);
      std::cout << file.string() << ": " << body.dump() << "\n";
      all_taken = all_taken && is_taken(body);
    }
  }
  return all_taken ? 0 : 1;
}

int pos_token_command(const std::string& till) {
  const std::string token = random_secret("t_");
  std::cout << "Token of " << till << " (shown this once):\n  " << token << "\n\nAdd to agent.toml, then start the agent anew:\n  [pos]\n  tokens = [\""
            << format_till_token(till, token) << "\"]\n\nThe till sends it with each request:\n  Authorization: Bearer " << token << "\n";
  return 0;
}

namespace {

/// The tokens' file, for one who may write it: root becomes the user that the agent runs as, so that it can read what is written.
Result<std::filesystem::path> tokens_file_to_write(const config::Config& config) {
  const std::filesystem::path file = tokens_file(config);
  if (file.empty()) return fail(ErrorCode::kInvalid, "write tokens", "pos.tokens_file is empty in agent.toml", "set it to \"auto\" or to a path, or write pos.tokens by hand (pos-token TILL prints the line)");
  TS_RETURN_IF_ERROR(os::become_owner_of(data_folder(config)));
  return file;
}

}  // namespace

int add_pos_token_command(const config::Config& config, const std::string& till) {
  const auto file = tokens_file_to_write(config);
  if (!file) return fail_with(file.error());
  const std::string token = random_secret("t_");
  if (const auto added = add_till_token(*file, till, token); !added) return fail_with(added.error());
  std::cerr << "Token of " << till << ", shown this once and good from now on. The till sends it with each request: Authorization: Bearer TOKEN\n";
  std::cout << token << "\n";
  return 0;
}

int revoke_pos_token_command(const config::Config& config, const std::string& till) {
  const auto file = tokens_file_to_write(config);
  if (!file) return fail_with(file.error());
  const auto revoked = revoke_till_tokens(*file, till);
  if (!revoked) return fail_with(revoked.error());
  if (*revoked == 0) return fail_with({ErrorCode::kNotFound, "take back the tokens of " + till, "it has none in " + file->string(), "tillsync-agent pos-token --list; those in agent.toml (pos.tokens) are taken out there"});
  std::cout << *revoked << " token(s) of " << till << " taken back: good for nothing from now on.\n";
  return 0;
}

int list_pos_tokens_command(const config::Config& config) {
  const auto in_file = read_till_tokens(tokens_file(config));
  if (!in_file) return fail_with(in_file.error());
  std::map<std::string, std::size_t> tills;
  for (const TillToken& token : *in_file) ++tills[token.till];
  for (const std::string& text : config.list("pos.tokens"))
    if (const auto token = parse_till_token(text)) ++tills[token->till];
  for (const auto& [till, count] : tills) std::cout << till << "  " << count << (count == 1 ? " token\n" : " tokens\n");
  if (tills.empty()) std::cout << "No till has a token: whoever reaches the door on this machine may use it.\n";
  return 0;
}

int outbox_list_command(const config::Config& config, std::uint64_t from_seq, std::size_t count, bool as_json) {
  const auto data = DataReader::open(data_folder(config));
  if (!data) return fail_with(data.error());
  const auto state = (*data)->with_outbox([](OutboxReader& outbox) { return outbox.state(); });
  if (!state) return fail_with(state.error());
  const std::uint64_t first = from_seq > 0 ? from_seq : state->acked_seq + 1;
  const auto rows = (*data)->with_outbox([&](OutboxReader& outbox) { return outbox.rows(first, count, kBatchBytesMax); });
  if (!rows) return fail_with(rows.error());
  json list = json::array();
  for (const auto& row : *rows) {
    const auto document = decode_document(row.event.payload);
    json item = {{"seq", row.seq}, {"kind", kind_name(row.event.kind)}, {"received_at", format_instant(row.event.received_at)},
                 {"correlation_id", row.event.correlation_id}, {"bytes", row.event.payload.size()}, {"confirmed", row.seq <= state->acked_seq}};
    if (document) {
      item["contract"] = document->header.contract;
      item["till"] = document->header.till.value;
      item["document_no"] = document->header.document_no.value;
    }
    list.push_back(std::move(item));
  }
  if (as_json) {
    std::cout << json{{"items", list}, {"acked_seq", state->acked_seq}, {"last_seq", state->last_seq}}.dump() << "\n";
    return 0;
  }
  for (const auto& item : list)
    std::cout << item["seq"] << "  " << item["received_at"].get<std::string>() << "  " << item["kind"].get<std::string>() << "  "
              << item.value("contract", "-") << "  " << item.value("till", "-") << "  " << item.value("document_no", "-") << "\n";
  std::cout << state->last_seq - std::min(state->acked_seq, state->last_seq) << " waiting for the hub; they are safe on this machine's disk.\n";
  return 0;
}

int outbox_show_command(const config::Config& config, std::uint64_t seq) {
  const auto data = DataReader::open(data_folder(config));
  if (!data) return fail_with(data.error());
  const auto rows = (*data)->with_outbox([&](OutboxReader& outbox) { return outbox.rows(seq, 1, kBatchBytesMax); });
  if (!rows) return fail_with(rows.error());
  if (rows->empty() || rows->front().seq != seq)
    return fail_with({ErrorCode::kNotFound, "show " + std::to_string(seq), "the outbox does not hold it", "it was sent long ago, or never was"});
  const auto& event = rows->front().event;
  const auto document = decode_document(event.payload);
  std::cout << "seq             " << seq << "\nkind            " << kind_name(event.kind) << "\nreceived        " << format_instant(event.received_at)
            << "\ncorrelation id  " << event.correlation_id << "\ncontent hash    " << event.content_hash.hex() << "\n";
  if (!document) {
    std::cout << "bytes           " << to_hex(event.payload) << "\n";
    return 0;
  }
  std::cout << json::parse(document_to_json(*document)).dump(2) << "\n";
  return 0;
}

}  // namespace tillsync::agent
