// What a spool file holds, by its name's ending, and which names are taken at all. Pure. Any thread.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/ingest/ingest.h"

namespace tillsync::agent {

enum class SpoolFormat { kJson, kJsonLines, kCsv, kMessagePack };

/// nullopt for names that are left alone: half-written ones (a leading dot, .tmp, .part), and other endings.
std::optional<SpoolFormat> spool_format(std::string_view file_name);

struct SpoolDocument {
  std::size_t line = 0;  // of a text file, from 1; the document's index, from 0, of an array
  std::expected<NewRow, Problem> row;
};

/// A problem here is one of the whole file: nothing of it is taken.
std::expected<std::vector<SpoolDocument>, Problem> documents_in_file(BytesView content, SpoolFormat format, const IngestContext& context);

}  // namespace tillsync::agent
