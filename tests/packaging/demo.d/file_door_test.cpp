#include "packaging/demo.d/file_door.h"

#include <unistd.h>
#include <zstd.h>

#include <catch2/catch.hpp>
#include <fstream>

using namespace tillsync;
using namespace tillsync::demo;

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tillsync demo.XXXXXX").string();  // a blank in the path
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string pack(const std::string& text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  return packed;
}

std::string rows(int count) {
  std::string text = retail_header() + "\n";
  for (int i = 0; i < count; ++i) text += std::to_string(536'365 + i) + ",85123A,\"HOLDER, WHITE\",6,2010-12-01 08:26:00,2.55,17850.0,France\n";
  return text;
}

}  // namespace

TEST_CASE("file door: a plain and a packed file give the same table, whatever their names", "[demo]") {
  const Folder folder;
  const std::string text = rows(5'000);  // several pieces
  const auto plain = read_retail_file(folder.write("plain.csv", text));
  const auto packed = read_retail_file(folder.write("packed.csv", pack(text)));
  REQUIRE(plain);
  REQUIRE(packed);
  CHECK(plain->row_count() == 5'000);
  CHECK(packed->row_count() == 5'000);
  CHECK(packed->invoice(4'999).number == plain->invoice(4'999).number);
  CHECK(packed->invoice(0).lines.at(0).description == "HOLDER, WHITE");
}

TEST_CASE("file door: several zstd frames are one file", "[demo]") {
  const Folder folder;
  const std::string text = rows(3);
  const auto table = read_retail_file(folder.write("f.zst", pack(text.substr(0, 100)) + pack(text.substr(100))));
  REQUIRE(table);
  CHECK(table->row_count() == 3);
}

TEST_CASE("file door: what cannot be read says which file and why", "[demo]") {
  const Folder folder;
  const auto missing = read_retail_file(folder.path() / "none.csv");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::kNotFound);
  CHECK(missing.error().operation.find("none.csv") != std::string::npos);
  CHECK_FALSE(read_retail_file(folder.path()));

  const std::string packed = pack(rows(100));
  const auto cut = read_retail_file(folder.write("cut.zst", packed.substr(0, packed.size() / 2)));
  REQUIRE_FALSE(cut);
  CHECK(cut.error().code == ErrorCode::kCorrupt);
  std::string broken = packed;
  for (std::size_t i = 20; i < 40; ++i) broken[i] = static_cast<char>(~broken[i]);
  CHECK_FALSE(read_retail_file(folder.write("broken.zst", broken)));

  const auto empty = read_retail_file(folder.write("empty.csv", ""));
  REQUIRE_FALSE(empty);
  CHECK(empty.error().detail == "the file is empty");
  const auto other = read_retail_file(folder.write("other.csv", "barcode,brand\n1,2\n"));
  REQUIRE_FALSE(other);
  CHECK(other.error().operation.find("other.csv, line 1") != std::string::npos);
  const auto wrong = read_retail_file(folder.write("wrong.csv", rows(2) + "1,A,x,six,2010-12-01 08:26:00,1,,France\n"));
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().operation.find("wrong.csv, line 4, Quantity") != std::string::npos);
}
