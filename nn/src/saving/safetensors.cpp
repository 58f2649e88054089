#include "saving/safetensors.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "gradtape/autograd/error.h"

namespace gradtape::nn {
namespace {

using Json = nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little, "the elements are written as they lie in memory");

constexpr std::array<std::pair<const char*, DType>, dtype_count - 1> dtypes{{{"F32", float32},
                                                                             {"F64", float64},
                                                                             {"I32", int32},
                                                                             {"I64", int64},
                                                                             {"U8", uint8},
                                                                             {"BOOL", boolean},
                                                                             {"I8", int8},
                                                                             {"I16", int16},
                                                                             {"U16", uint16},
                                                                             {"U32", uint32},
                                                                             {"U64", uint64}}};
constexpr std::uint64_t largest_header = 100'000'000;

std::uint64_t bytes_of(const Tensor& tensor) {
  return static_cast<std::uint64_t>(tensor.num_elements()) * size_of(tensor.dtype());
}

const void* elements(const Tensor& tensor) { return gradtape::detail::mutable_data(tensor); }

const char* code_of(DType dtype) {
  const auto* known = std::find_if(dtypes.begin(), dtypes.end(), [&](const auto& d) { return d.second == dtype; });
  if (known == dtypes.end())
    throw InvalidArgumentError("safetensors files hold numbers, not tensors of dtype " + std::string(name_of(dtype)));
  return known->first;
}

std::string header_of(const NamedTensors& tensors) {
  Json header;
  header["__metadata__"] = {{"format", "gradtape"}};
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    if (header.contains(name)) throw InvalidArgumentError("two tensors are named " + name);
    const std::uint64_t end = offset + bytes_of(tensor);
    header[name] = {{"dtype", code_of(tensor.dtype())},
                    {"shape", std::vector<std::int64_t>(tensor.shape().begin(), tensor.shape().end())},
                    {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

struct Entry {
  std::string name;
  DType dtype;
  Shape shape;
  std::uint64_t begin, end;
};

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path), file_(path, std::ios::binary) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) throw NotFoundError("there is no file " + path);
    size_ = std::filesystem::file_size(path, error);
    if (!file_ || error) throw PermissionDeniedError("the file " + path + " cannot be read");
  }

  NamedTensors read() {
    std::uint64_t header_size = 0;
    if (size_ < sizeof(header_size)) fail("it is shorter than a header's length");
    read_bytes(&header_size, sizeof(header_size));
    if (header_size > largest_header || header_size > size_ - sizeof(header_size))
      fail("its header is said to have " + std::to_string(header_size) + " bytes, the file has " +
           std::to_string(size_));
    std::string text(header_size, ' ');
    read_bytes(text.data(), header_size);
    const Json header = Json::parse(text, nullptr, false);
    if (!header.is_object()) fail("its header is no JSON object");

    std::vector<Entry> entries;
    for (const auto& [name, value] : header.items())
      if (name != "__metadata__") entries.push_back(entry(name, value));
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
    check_layout(entries, size_ - sizeof(header_size) - header_size);

    NamedTensors tensors;
    for (Entry& e : entries) {
      Tensor tensor = gradtape::detail::uninitialized(e.dtype, e.shape);
      read_bytes(gradtape::detail::mutable_data(tensor), e.end - e.begin);
      tensors.emplace_back(std::move(e.name), std::move(tensor));
    }
    return tensors;
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw DataLossError("the file " + path_ + " is no readable safetensors file: " + reason);
  }

  void read_bytes(void* to, std::uint64_t count) {
    if (!file_.read(static_cast<char*>(to), static_cast<std::streamsize>(count))) fail("it ends too early");
  }

  static std::optional<std::uint64_t> natural(const Json& value) {
    if (!value.is_number_unsigned()) return std::nullopt;
    return value.get<std::uint64_t>();
  }

  Entry entry(const std::string& name, const Json& value) const {
    const auto bad = [&](const char* what) { fail("the tensor " + name + " has no valid " + what); };
    const auto member = [&](const char* key, bool is_array) -> const Json& {
      if (!value.is_object() || !value.contains(key) || value[key].is_array() != is_array) bad(key);
      return value[key];
    };
    const Json& dtype_name = member("dtype", false);
    const auto dtype =
        std::find_if(dtypes.begin(), dtypes.end(), [&](const auto& d) { return dtype_name == d.first; });
    if (dtype == dtypes.end()) bad("dtype");

    const Json& lengths = member("shape", true);
    if (lengths.size() > static_cast<std::size_t>(Shape::max_rank)) bad("shape");
    Shape shape;
    std::uint64_t bytes = size_of(dtype->second);
    for (const Json& length : lengths) {
      const auto n = natural(length);
      if (!n || *n > size_ || __builtin_mul_overflow(bytes, *n, &bytes)) bad("shape");
      shape.push_back(static_cast<std::int64_t>(*n));
    }

    const Json& offsets = member("data_offsets", true);
    if (offsets.size() != 2) bad("data_offsets");
    const auto begin = natural(offsets[0]), end = natural(offsets[1]);
    if (!begin || !end || *begin > *end || *end - *begin != bytes) bad("data_offsets");
    return {name, dtype->second, shape, *begin, *end};
  }

  void check_layout(const std::vector<Entry>& entries, std::uint64_t available) const {
    std::uint64_t position = 0;
    for (const Entry& e : entries) {
      if (e.begin != position) fail("the tensor " + e.name + " does not begin where the one before it ends");
      position = e.end;
    }
    if (position != available)
      fail("its tensors take " + std::to_string(position) + " bytes, and it has " + std::to_string(available));
  }

  std::string path_;
  std::ifstream file_;
  std::uint64_t size_ = 0;
};

// A file under a temporary name beside its place, removed unless it is moved there.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& path) : path_(path) {
    static std::atomic<unsigned> count{0};
    temporary_ = path + ".tmp-" + std::to_string(getpid()) + "-" + std::to_string(count++);
    stream_.open(temporary_, std::ios::binary);
    if (!stream_) fail();
  }
  ~TemporaryFile() {
    stream_.close();
    std::error_code error;
    if (!moved_) std::filesystem::remove(temporary_, error);
  }
  void write(const void* bytes, std::uint64_t count) {
    stream_.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(count));
  }
  void move_to_place() {
    stream_.close();
    std::error_code error;
    if (stream_) std::filesystem::rename(temporary_, path_, error);
    if (!stream_ || error) fail();
    moved_ = true;
  }

 private:
  [[noreturn]] void fail() const { throw PermissionDeniedError("the file " + path_ + " cannot be written"); }

  std::string path_, temporary_;
  std::ofstream stream_;
  bool moved_ = false;
};

}  // namespace

void write_safetensors(const std::string& path, const NamedTensors& tensors) {
  const std::string header = header_of(tensors);
  const std::uint64_t header_size = header.size();
  TemporaryFile file(path);
  file.write(&header_size, sizeof(header_size));
  file.write(header.data(), header_size);
  for (const auto& [name, tensor] : tensors) file.write(elements(tensor), bytes_of(tensor));
  file.move_to_place();
}

NamedTensors read_safetensors(const std::string& path) { return Reader(path).read(); }

}  // namespace gradtape::nn
