#include "gradtape/data/idx.h"

#include <doctest/doctest.h>

#include "data/pipeline_values.h"
#include "data/scratch_files.h"

using namespace gradtape;
using namespace gradtape::test;

namespace {

/// 2 x 3 elements of uint8.
const Bytes small_file = {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255};

Bytes first(const Bytes& bytes, std::size_t count) { return Bytes(bytes.begin(), bytes.begin() + count); }

Bytes with(Bytes bytes, std::size_t place, std::uint8_t value) {
  bytes.at(place) = value;
  return bytes;
}

template <class T>
std::vector<T> elements(const Tensor& tensor) {
  const auto data = tensor.data<T>();
  return {data.begin(), data.end()};
}

}  // namespace

TEST_CASE("read_idx reads every element type, plain and compressed") {
  const ScratchFolder folder;
  for (const bool compressed : {false, true}) {
    const auto read = [&](const Bytes& bytes) {
      return data::read_idx(folder.write("file", compressed ? gzip(bytes) : bytes));
    };
    const Tensor u8 = read(small_file);
    CHECK(u8.shape() == Shape{2, 3});
    CHECK(elements<std::uint8_t>(u8) == std::vector<std::uint8_t>{1, 2, 3, 4, 5, 255});

    const Tensor i8 = read({0, 0, 9, 1, 0, 0, 0, 3, 0x7f, 0x80, 0xff});
    CHECK(elements<std::int32_t>(i8) == std::vector<std::int32_t>{127, -128, -1});

    const Tensor i16 = read({0, 0, 0x0b, 1, 0, 0, 0, 3, 0x01, 0x02, 0x80, 0x00, 0xff, 0xff});
    CHECK(elements<std::int32_t>(i16) == std::vector<std::int32_t>{258, -32768, -1});

    const Tensor i32 = read({0, 0, 0x0c, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0x01, 0x02, 0x03, 0x04, 0xff, 0xff, 0xff, 0xfe});
    CHECK(i32.shape() == Shape{2, 1});
    CHECK(elements<std::int32_t>(i32) == std::vector<std::int32_t>{16909060, -2});

    // IEEE 754: 1.5 is 3fc00000, -2 is c0000000 00000000 in double precision.
    const Tensor f32 = read({0, 0, 0x0d, 1, 0, 0, 0, 1, 0x3f, 0xc0, 0, 0});
    CHECK(elements<float>(f32) == std::vector<float>{1.5f});
    const Tensor f64 = read({0, 0, 0x0e, 1, 0, 0, 0, 1, 0xc0, 0, 0, 0, 0, 0, 0, 0});
    CHECK(elements<double>(f64) == std::vector<double>{-2.0});

    CHECK(read({0, 0, 8, 0, 7}).shape() == Shape{});
    CHECK(read({0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 9}).shape() == Shape{0, 9});
    CHECK(read({0, 0, 8, 2, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}).num_elements() == 0);
    Bytes eight_axes = {0, 0, 8, 8};
    for (int axis = 0; axis < 8; ++axis) eight_axes.insert(eight_axes.end(), {0, 0, 0, 1});
    eight_axes.push_back(42);
    CHECK(read(eight_axes).shape() == Shape{1, 1, 1, 1, 1, 1, 1, 1});
  }
}

TEST_CASE("read_idx reads what gzip has compressed") {
  // Python's gzip.compress of a 2 x 30 array of sevens.
  const ScratchFolder folder;
  const Tensor sevens = data::read_idx(folder.write(
      "file", {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x63, 0x60, 0xe0, 0x60, 0x62, 0x60,
               0x60, 0x00, 0x61, 0x39, 0x76, 0x0a, 0x00, 0x00, 0x2c, 0x84, 0xfb, 0xf1, 0x48, 0x00, 0x00, 0x00}));
  CHECK(sevens.shape() == Shape{2, 30});
  CHECK(elements<std::uint8_t>(sevens) == std::vector<std::uint8_t>(60, 7));
}

TEST_CASE("read_idx reads compressed data in several members") {
  const ScratchFolder folder;
  Bytes bytes = gzip(first(small_file, 14));
  const Bytes rest = gzip(Bytes(small_file.begin() + 14, small_file.end()));
  bytes.insert(bytes.end(), rest.begin(), rest.end());
  CHECK(elements<std::uint8_t>(data::read_idx(folder.write("file", bytes))).back() == 255);
}

TEST_CASE("a file cut anywhere is an error that names it") {
  const ScratchFolder folder;
  for (const Bytes& whole : {small_file, gzip(small_file)})
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const std::string path = folder.write("cut.idx", first(whole, length));
      const std::string message = message_of<DataLossError>([&] { data::read_idx(path); });
      INFO(length, " of ", whole.size(), " bytes: ", message);
      CHECK(message.find("[read_idx] " + path) == 0);
    }
}

TEST_CASE("a damaged header says what was expected and what was found") {
  const ScratchFolder folder;
  const auto message = [&](const Bytes& bytes) {
    return message_of<DataLossError>([&] { data::read_idx(folder.write("bad.idx", bytes)); });
  };
  const std::string not_idx = message(with(small_file, 0, 1));
  CHECK(not_idx.find("begins with 01 00 08 02, expected 00 00") != not_idx.npos);
  CHECK(message(with(small_file, 2, 0x0a)).find("begins with 00 00 0a 02") != not_idx.npos);
  CHECK(message(with(small_file, 3, 9)).find("9 axes, at most 8") != not_idx.npos);
  const std::string truncated = message(first(small_file, 15));
  CHECK(truncated.find("shape (2, 3), 6 bytes, found 3") != truncated.npos);
  Bytes longer = small_file;
  longer.push_back(0);
  CHECK(message(longer).find("data follow after the 6 bytes of shape (2, 3)") != not_idx.npos);
  CHECK(message(gzip(longer)).find("data follow after the 6 bytes of shape (2, 3)") != not_idx.npos);
  const std::string text = "Not Found: the requested file";
  CHECK(message(Bytes(text.begin(), text.end())).find("not an idx file: it begins with 4e 6f 74 20") != not_idx.npos);
}

TEST_CASE("absurd lengths are refused before memory is asked for") {
  const ScratchFolder folder;
  Bytes absurd = {0, 0, 0x0e, 8};
  for (int i = 0; i < 32; ++i) absurd.push_back(0xff);
  Bytes large = {0, 0, 8, 1, 0xff, 0xff, 0xff, 0xff, 1, 2, 3};  // 4 GiB
  const auto before = memory_statistics();
  reset_peak_memory();
  for (const Bytes& bytes : {absurd, large, gzip(absurd), gzip(large)}) {
    const std::string path = folder.write("absurd.idx", bytes);
    const std::string message = message_of<DataLossError>([&] { data::read_idx(path); });
    INFO(message);
    CHECK(message.find("truncated") != message.npos);
  }
  CHECK(memory_statistics().peak_bytes_in_use - before.bytes_in_use < 1 << 20);
}

TEST_CASE("damaged compressed data are an error") {
  const ScratchFolder folder;
  Bytes bytes = gzip(small_file);
  bytes[bytes.size() - 6] ^= 1;  // of the checksum
  const std::string message = message_of<DataLossError>([&] { data::read_idx(folder.write("bad.gz", bytes)); });
  INFO(message);
  CHECK(message.find("damaged") != message.npos);
}

TEST_CASE("a missing file and a folder are told apart from a damaged file") {
  const ScratchFolder folder;
  const std::string message = message_of<NotFoundError>([&] { data::read_idx(folder.path("none.idx")); });
  CHECK(message == "[read_idx] " + folder.path("none.idx") + ": no such file");
  CHECK_THROWS_AS(data::read_idx(folder.path()), InvalidArgumentError);
}
