// The format: two zero bytes, a type, the number of axes, each axis's length in four bytes, then the elements; all
// numbers big-endian.

#include "gradtape/data/idx.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "gradtape/autograd/error.h"

namespace gradtape::data {
namespace {

struct ElementType {
  std::uint8_t code;
  std::size_t bytes;  // in the file
  DType dtype;        // in memory
};

constexpr ElementType element_types[] = {{0x08, 1, uint8}, {0x09, 1, int32},   {0x0b, 2, int32},
                                         {0x0c, 4, int32}, {0x0d, 4, float32}, {0x0e, 8, float64}};

// A byte of deflated data stands for at most 1,032 bytes.
constexpr std::uint64_t largest_deflation = 1032;

[[noreturn]] void throw_data_loss(const std::string& path, const std::string& message) {
  throw DataLossError("[read_idx] " + path + ": " + message);
}

/// A plain or compressed file, read from the start to the end.
class InputFile {
 public:
  explicit InputFile(const std::string& path) : path_(path), size_on_disk_(checked_size(path)), file_(open(path)) {
    gzbuffer(file_.get(), 1 << 18);
  }

  /// At most `bytes`; fewer only at the end. Throws DataLossError for damaged compressed data.
  std::size_t read(void* to, std::size_t bytes) {
    std::size_t done = 0;
    while (done < bytes) {
      const auto wanted = static_cast<unsigned>(std::min<std::size_t>(bytes - done, 1 << 30));
      const int received = gzread(file_.get(), static_cast<char*>(to) + done, wanted);
      if (received < 0) throw_read_error();
      if (received == 0) break;
      done += static_cast<std::size_t>(received);
    }
    if (done < bytes) require_whole();
    return done;
  }

  bool compressed() const { return gzdirect(file_.get()) == 0; }
  /// The most bytes that can come out of a file of this size; just as many where it is not compressed.
  std::uint64_t largest_content() const { return compressed() ? size_on_disk_ * largest_deflation : size_on_disk_; }

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };
  using File = std::unique_ptr<gzFile_s, Close>;

  static std::uint64_t checked_size(const std::string& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found)
      throw NotFoundError("[read_idx] " + path + ": no such file");
    if (status.type() == std::filesystem::file_type::directory)
      throw InvalidArgumentError("[read_idx] " + path + " is a folder; an idx file is needed");
    const std::uint64_t size = std::filesystem::file_size(path, error);
    if (error) throw PermissionDeniedError("[read_idx] " + path + " cannot be read: " + error.message());
    return size;
  }

  static File open(const std::string& path) {
    errno = 0;
    File file(gzopen(path.c_str(), "rb"));
    if (file == nullptr)
      throw PermissionDeniedError("[read_idx] " + path + " cannot be opened: " + std::strerror(errno));
    return file;
  }

  // zlib reports compressed data that stop in the middle only as an error state beside a short read.
  void require_whole() {
    int code = Z_OK;
    gzerror(file_.get(), &code);
    if (code != Z_OK) throw_read_error();
  }

  [[noreturn]] void throw_read_error() {
    int code = Z_OK;
    const char* text = gzerror(file_.get(), &code);
    if (code == Z_ERRNO)
      throw PermissionDeniedError("[read_idx] " + path_ + " cannot be read: " + std::strerror(errno));
    if (code == Z_BUF_ERROR) throw_data_loss(path_, "the compressed data are truncated");
    throw_data_loss(path_, std::string("the compressed data are damaged: ") + text);
  }

  std::string path_;
  std::uint64_t size_on_disk_;
  File file_;
};

std::uint32_t big_endian_32(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

std::string hexadecimal(const std::uint8_t* bytes, std::size_t count) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += ' ';
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

struct Header {
  ElementType type;
  Shape shape;
  std::uint64_t content;  // bytes of the elements in the file
};

Header read_header(InputFile& file, const std::string& path) {
  std::uint8_t magic[4];
  if (const std::size_t received = file.read(magic, 4); received < 4)
    throw_data_loss(path, "the file ends after " + std::to_string(received) + " bytes, within the idx header");
  const auto* type = std::find_if(std::begin(element_types), std::end(element_types),
                                  [&](const ElementType& known) { return known.code == magic[2]; });
  if (magic[0] != 0 || magic[1] != 0 || type == std::end(element_types))
    throw_data_loss(path, "not an idx file: it begins with " + hexadecimal(magic, 4) +
                              ", expected 00 00, a type (08, 09, 0b, 0c, 0d or 0e) and the number of axes");
  const int rank = magic[3];
  if (rank > Shape::max_rank)
    throw_data_loss(path, "the header says " + std::to_string(rank) + " axes, at most " +
                              std::to_string(Shape::max_rank) + " are possible");

  Header header{*type, {}, type->bytes};
  std::uint8_t lengths[4 * Shape::max_rank];
  const auto wanted = static_cast<std::size_t>(4 * rank);
  if (const std::size_t received = file.read(lengths, wanted); received < wanted)
    throw_data_loss(path, "the file ends after " + std::to_string(4 + received) +
                              " bytes, within the idx header of " + std::to_string(4 + wanted));
  bool overflow = false, empty = false;
  for (int axis = 0; axis < rank; ++axis) {
    const std::uint32_t length = big_endian_32(lengths + 4 * axis);
    header.shape.push_back(length);
    if (length == 0)
      empty = true;
    else
      overflow = __builtin_mul_overflow(header.content, length, &header.content) || overflow;
  }
  if (empty) header.content = 0;
  const std::uint64_t possible = file.largest_content() - (4 + wanted);
  if (!empty && (overflow || header.content > possible))
    throw_data_loss(path, "truncated: the header says shape " + to_string(header.shape) + ", " +
                              (overflow ? "more than 2^64" : std::to_string(header.content)) + " bytes, found " +
                              (file.compressed() ? "at most " : "") + std::to_string(possible));
  return header;
}

void require_received(const std::string& path, const Header& header, std::uint64_t received) {
  if (received < header.content)
    throw_data_loss(path, "truncated: the header says shape " + to_string(header.shape) + ", " +
                              std::to_string(header.content) + " bytes, found " + std::to_string(received));
}

/// Reads the elements as they are in the file, into memory that has room for them.
void read_elements(InputFile& file, const std::string& path, const Header& header, void* to) {
  require_received(path, header, file.read(to, header.content));
  std::uint8_t more;
  if (file.read(&more, 1) > 0)
    throw_data_loss(path, "data follow after the " + std::to_string(header.content) + " bytes of shape " +
                              to_string(header.shape) + " that the header says");
}

template <class Word>
void swap_bytes(void* data, std::int64_t count) {
  if constexpr (std::endian::native == std::endian::big) return;
  auto* bytes = static_cast<unsigned char*>(data);
  for (std::int64_t i = 0; i < count; ++i, bytes += sizeof(Word)) std::reverse(bytes, bytes + sizeof(Word));
}

}  // namespace

Tensor read_idx(const std::string& path) {
  InputFile file(path);
  const Header header = read_header(file, path);
  Tensor result = gradtape::detail::uninitialized(header.type.dtype, header.shape);
  void* elements = gradtape::detail::mutable_data(result);
  const std::int64_t count = result.num_elements();

  if (header.type.bytes == size_of(header.type.dtype)) {
    read_elements(file, path, header, elements);
    if (header.type.bytes == 4) swap_bytes<std::uint32_t>(elements, count);
    if (header.type.bytes == 8) swap_bytes<std::uint64_t>(elements, count);
    return result;
  }
  std::vector<std::uint8_t> narrow(header.content);
  read_elements(file, path, header, narrow.data());
  auto* wide = static_cast<std::int32_t*>(elements);
  for (std::int64_t i = 0; i < count; ++i)
    wide[i] = header.type.bytes == 1 ? static_cast<std::int8_t>(narrow[i])
                                     : static_cast<std::int16_t>(narrow[2 * i] << 8 | narrow[2 * i + 1]);
  return result;
}

}  // namespace gradtape::data
