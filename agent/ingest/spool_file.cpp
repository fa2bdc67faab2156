#include "agent/ingest/spool_file.h"

#include "agent/ingest/sale_csv.h"

namespace tillsync::agent {
namespace {

std::vector<SpoolDocument> json_lines(BytesView content, const IngestContext& context) {
  std::vector<SpoolDocument> documents;
  std::size_t line = 0;
  while (!content.empty()) {
    ++line;
    const std::size_t end = content.find('\n');
    const BytesView text = content.substr(0, end);
    content.remove_prefix(end == BytesView::npos ? content.size() : end + 1);
    if (text.find_first_not_of(" \t\r") == BytesView::npos) continue;
    const auto tree = parse_tree(text, Syntax::kJson);
    documents.push_back({line, tree ? ingest_tree(*tree, context) : std::unexpected(tree.error())});
  }
  return documents;
}

std::expected<std::vector<SpoolDocument>, Problem> table(BytesView content, const IngestContext& context) {
  auto trees = documents_in_csv(content);
  if (!trees) return std::unexpected(std::move(trees.error()));
  std::vector<SpoolDocument> documents;
  for (const CsvDocument& document : *trees)
    documents.push_back({document.line, document.tree ? ingest_tree(*document.tree, context) : std::unexpected(document.tree.error())});
  return documents;
}

std::expected<std::vector<SpoolDocument>, Problem> request(BytesView content, Syntax syntax, const IngestContext& context) {
  auto ingested = ingest(content, syntax, context);
  if (!ingested) return std::unexpected(std::move(ingested.error()));
  std::vector<SpoolDocument> documents;
  std::size_t next_row = 0;
  for (std::size_t i = 0; i < ingested->refusals.size(); ++i) {
    if (ingested->refusals[i])
      documents.push_back({i, std::unexpected(std::move(*ingested->refusals[i]))});
    else
      documents.push_back({i, std::move(ingested->rows[next_row++])});
  }
  return documents;
}

}  // namespace

std::optional<SpoolFormat> spool_format(std::string_view file_name) {
  if (file_name.empty() || file_name.front() == '.') return std::nullopt;
  if (file_name.ends_with(".json")) return SpoolFormat::kJson;
  if (file_name.ends_with(".jsonl")) return SpoolFormat::kJsonLines;
  if (file_name.ends_with(".csv")) return SpoolFormat::kCsv;
  if (file_name.ends_with(".msgpack")) return SpoolFormat::kMessagePack;
  return std::nullopt;
}

std::expected<std::vector<SpoolDocument>, Problem> documents_in_file(BytesView content, SpoolFormat format, const IngestContext& context) {
  switch (format) {
    case SpoolFormat::kJson: return request(content, Syntax::kJson, context);
    case SpoolFormat::kMessagePack: return request(content, Syntax::kMessagePack, context);
    case SpoolFormat::kCsv: return table(content, context);
    case SpoolFormat::kJsonLines: break;
  }
  auto documents = json_lines(content, context);
  if (documents.empty()) return std::unexpected(make_problem("no_identity", "the file holds no document"));
  return documents;
}

}  // namespace tillsync::agent
