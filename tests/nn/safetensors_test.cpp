#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "autograd/tensor_values.h"
#include "gradtape/gradtape.h"
#include "nn/error_text.h"
#include "saving/safetensors.h"

using namespace gradtape;

namespace {

/// A folder that is removed in the end.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("gradtape_safetensors_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

std::string with_header(const std::string& header, const std::string& data) {
  const std::uint64_t size = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &size, 8);
  return bytes + header + data;
}

}  // namespace

TEST_CASE("tensors of every dtype come back from a file as they were") {
  const Folder folder;
  const nn::NamedTensors tensors{{"a", constant({{1.f, 2.f}, {3.f, 4.f}})},
                                 {"b/c", constant({1.5, -2.5}, float64)},
                                 {"i", constant({-7, 8})},
                                 {"l", cast(constant({9}), int64)},
                                 {"u", cast(constant({200, 3}), uint8)},
                                 {"flag", constant({true, false})},
                                 {"scalar", constant(5.f)},
                                 {"none", zeros({0, 3})}};
  nn::write_safetensors(folder / "t.safetensors", tensors);
  const nn::NamedTensors back = nn::read_safetensors(folder / "t.safetensors");
  REQUIRE(back.size() == tensors.size());
  for (const auto& [name, tensor] : tensors) {
    CAPTURE(name);
    const auto found = std::find_if(back.begin(), back.end(), [&](const auto& t) { return t.first == name; });
    REQUIRE(found != back.end());
    CHECK(found->second.shape() == tensor.shape());
    CHECK(found->second.dtype() == tensor.dtype());
    CHECK(values_to_string(found->second) == values_to_string(tensor));
  }
  CHECK(folder.files() == 1);
}

TEST_CASE("a file written by hand after the format's description is read") {
  const Folder folder;
  const float numbers[] = {1.f, 2.f, 3.f};
  write(folder / "hand.safetensors", with_header(R"({"w":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}})",
                                                 std::string(reinterpret_cast<const char*>(numbers), 12)));
  const nn::NamedTensors back = nn::read_safetensors(folder / "hand.safetensors");
  REQUIRE(back.size() == 1);
  CHECK(values<float>(back[0].second) == std::vector<float>{1.f, 2.f, 3.f});
}

TEST_CASE("damaged files are errors, whatever is damaged") {
  const Folder folder;
  const std::string path = folder / "bad.safetensors";
  const auto fails = [&](const std::string& bytes) {
    write(path, bytes);
    CAPTURE(bytes);
    CHECK_THROWS_AS(nn::read_safetensors(path), DataLossError);
  };
  const std::string four(4, 'x');
  fails("");
  fails("1234567");
  fails(std::string(8, '\xff'));
  fails(with_header("[]", ""));
  fails(with_header("{", ""));
  fails(with_header(R"({"w":3})", ""));
  fails(with_header(R"({"w":{"dtype":"F32","shape":[1]}})", four));
  fails(with_header(R"({"w":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}})", four));
  fails(with_header(R"({"w":{"dtype":7,"shape":[1],"data_offsets":[0,4]}})", four));
  fails(with_header(R"({"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", four));
  fails(with_header(R"({"w":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}})", four));
  fails(with_header(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", four));
  fails(with_header(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", four + four));
  fails(with_header(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", four));
  fails(with_header(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", four));
  fails(with_header(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", four + four));
  fails(with_header(R"({"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", ""));
  fails(with_header(R"({"w":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}})", four));
  fails(with_header(std::string(100'000, '['), ""));

  nn::write_safetensors(path, {{"w", ones({3})}, {"v", ones({2})}});
  const std::string whole = read(path);
  for (std::size_t size = 0; size < whole.size(); ++size) fails(whole.substr(0, size));
  CHECK_THROWS_AS(nn::read_safetensors(folder / "missing.safetensors"), NotFoundError);
}

TEST_CASE("weights are saved and loaded, by name or by order") {
  const Folder folder;
  const std::string path = folder / "model.safetensors";
  const auto make = [](const char* first, const char* second, std::int64_t units) {
    return nn::Sequential({nn::Dense(units, {.input_shape = {3}, .name = first}), nn::Dense(2, {.name = second})});
  };
  nn::Sequential model = make("one", "two", 4), same = make("one", "two", 4), renamed = make("eins", "zwei", 4),
                 other = make("one", "two", 5);
  model.save_weights(path);
  const Tensor x = random::normal({2, 3});
  for (nn::Sequential* loaded : {&same, &renamed}) {
    loaded->load_weights(path);
    CHECK(values<float>(Tensor((*loaded)(x))) == values<float>(Tensor(model(x))));
  }
  const std::vector<float> before = values<float>(other.get_weights()[0]);
  const std::string text = error_of([&] { other.load_weights(path); });
  check_contains(text, "one/kernel");
  check_contains(text, "(3, 4)");
  check_contains(text, "(3, 5)");
  CHECK(values<float>(other.get_weights()[0]) == before);
}

TEST_CASE("weights that cannot be written or read") {
  const Folder folder;
  nn::Sequential model({nn::Dense(1, {.input_shape = {1}})}), unbuilt({nn::Dense(1)});
  CHECK_THROWS_AS(model.save(folder / "m.h5"), UnimplementedError);
  CHECK_THROWS_AS(model.save_weights(folder / "no/such/folder.safetensors"), PermissionDeniedError);
  CHECK_THROWS_AS(unbuilt.save_weights(folder / "m.safetensors"), FailedPreconditionError);
  CHECK_THROWS_AS(nn::load_model(folder / "m.keras"), UnimplementedError);
  model.save(folder / "m.safetensors");
  CHECK_THROWS_AS(unbuilt.load_weights(folder / "m.safetensors"), InvalidArgumentError);
  CHECK(folder.files() == 1);
}
