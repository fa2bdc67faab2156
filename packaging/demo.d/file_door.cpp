#include "packaging/demo.d/file_door.h"

#include <zstd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "packaging/demo.d/csv.h"

namespace tillsync::demo {
namespace {

constexpr std::size_t kPieceBytes = 131'072;
constexpr std::string_view kZstdMagic = "\x28\xB5\x2F\xFD";
// A frame that asks for a larger window than this is refused; zstd -19 asks for 8 MiB.
constexpr int kZstdWindowLogMax = 27;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
struct FreeStream {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

class Unpacker {
 public:
  explicit Unpacker(std::string operation)
      : operation_(std::move(operation)), stream_(ZSTD_createDStream()), output_(ZSTD_DStreamOutSize()) {
    TS_CHECK(stream_ != nullptr);
    ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kZstdWindowLogMax);
  }

  Result<void> feed(std::string_view packed, const std::function<Result<void>(std::string_view)>& on_piece) {
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    bool output_full = false;
    while (in.pos < in.size || output_full) {
      ZSTD_outBuffer out{output_.data(), output_.size(), 0};
      const std::size_t state = ZSTD_decompressStream(stream_.get(), &out, &in);
      if (ZSTD_isError(state)) return fail(ErrorCode::kCorrupt, operation_, ZSTD_getErrorName(state));
      inside_frame_ = state != 0;
      output_full = out.pos == out.size;
      TS_RETURN_IF_ERROR(on_piece({output_.data(), out.pos}));
    }
    return {};
  }
  Result<void> finish() const {
    if (inside_frame_) return fail(ErrorCode::kCorrupt, operation_, "the zstd data ends too early", "is the file complete?");
    return {};
  }

 private:
  std::string operation_;
  std::unique_ptr<ZSTD_DStream, FreeStream> stream_;
  std::vector<char> output_;
  bool inside_frame_ = false;
};

}  // namespace

Result<void> read_pieces(const std::filesystem::path& path, const std::function<Result<void>(std::string_view)>& on_piece) {
  const std::string operation = "read " + path.string();
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return fail(ErrorCode::kInvalid, operation, "it is a folder");
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (!file) return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo, operation, std::strerror(errno));
  std::vector<char> buffer(kPieceBytes);
  std::optional<Unpacker> unpacker;
  for (bool first = true;; first = false) {
    const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get());
    if (got == 0) break;
    const std::string_view piece(buffer.data(), got);
    if (first && piece.starts_with(kZstdMagic)) unpacker.emplace(operation);
    TS_RETURN_IF_ERROR(unpacker ? unpacker->feed(piece, on_piece) : on_piece(piece));
  }
  if (std::ferror(file.get()) != 0) return fail(ErrorCode::kIo, operation, std::strerror(errno));
  if (unpacker) return unpacker->finish();
  return {};
}

Result<RetailTable> read_retail_file(const std::filesystem::path& path) {
  RetailTable table;
  bool header_seen = false;
  CsvParser parser([&](const CsvRecord& record) -> Result<void> {
    if (!header_seen) {
      header_seen = true;
      return check_retail_header(record);
    }
    TS_ASSIGN_OR_RETURN(const RetailRow row, parse_retail_row(record));
    return table.add(row);
  });
  auto outcome = read_pieces(path, [&](std::string_view piece) { return parser.feed(piece); });
  if (outcome) outcome = parser.finish();
  if (outcome && !header_seen) outcome = fail(ErrorCode::kInvalid, "line 1", "the file is empty");
  if (!outcome) {
    Error error = outcome.error();
    if (error.operation.find(path.string()) == std::string::npos) error.operation = path.string() + ", " + error.operation;
    return std::unexpected(std::move(error));
  }
  table.finish();
  return table;
}

}  // namespace tillsync::demo
