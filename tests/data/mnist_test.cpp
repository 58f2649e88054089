#include "gradtape/data/mnist.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "data/pipeline_values.h"
#include "data/scratch_files.h"

using namespace gradtape;
using namespace gradtape::test;

namespace {

std::int64_t sum_of(std::span<const std::uint8_t> values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

Bytes file_of(const Bytes& header, std::size_t count, std::uint8_t value) {
  Bytes bytes(header.size() + count, value);
  std::copy(header.begin(), header.end(), bytes.begin());
  return bytes;
}

Bytes images_file(std::uint8_t count, std::uint8_t side = 28) {
  return file_of({0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, side, 0, 0, 0, side}, std::size_t{count} * side * side, 9);
}

Bytes labels_file(std::uint8_t count, std::uint8_t label = 1) {
  return file_of({0, 0, 8, 1, 0, 0, 0, count}, count, label);
}

void write_collection(const ScratchFolder& folder, const std::string& prefix) {
  folder.write(prefix + "train-images-idx3-ubyte", images_file(3));
  folder.write(prefix + "train-labels-idx1-ubyte.gz", gzip(labels_file(3)));
  folder.write(prefix + "t10k-images-idx3-ubyte.gz", gzip(images_file(2)));
  folder.write(prefix + "t10k-labels-idx1-ubyte", labels_file(2));
}

}  // namespace

TEST_CASE("the real Fashion-MNIST, where it is installed") {
  data::TrainAndTest all;
  try {
    all = data::fashion_mnist();
  } catch (const NotFoundError& error) {
    MESSAGE("skipped: ", std::string(error.what()));
    return;
  }
  const auto& [train, test] = all;
  CHECK(train.x.shape() == Shape{60000, 28, 28});
  CHECK(train.y.shape() == Shape{60000});
  CHECK(test.x.shape() == Shape{10000, 28, 28});
  CHECK(test.y.shape() == Shape{10000});
  for (const Tensor& tensor : {train.x, train.y, test.x, test.y}) CHECK(tensor.dtype() == uint8);

  // Sums, labels and pixels as numpy reads them from the same files.
  CHECK(sum_of(train.x.data<std::uint8_t>()) == 3431114169);
  CHECK(sum_of(train.y.data<std::uint8_t>()) == 270000);
  CHECK(sum_of(test.x.data<std::uint8_t>()) == 573469082);
  CHECK(sum_of(test.y.data<std::uint8_t>()) == 45000);
  CHECK(sum_of(train.x[1234].data<std::uint8_t>()) == 75588);
  CHECK(train.x.data<std::uint8_t>()[14 * 28 + 14] == 217);
  const auto pixels = train.x.data<std::uint8_t>();
  CHECK(*std::min_element(pixels.begin(), pixels.end()) == 0);
  CHECK(*std::max_element(pixels.begin(), pixels.end()) == 255);
  const int labels[] = {9, 0, 0, 3, 0, 2, 7, 2};
  for (int i = 0; i < 8; ++i) CHECK(train.y.data<std::uint8_t>()[i] == labels[i]);
  CHECK(data::fashion_mnist_class_names()[train.y[0].item<std::size_t>()] == "Ankle boot");
}

TEST_CASE("a shuffled epoch of Fashion-MNIST contains every picture with its label") {
  data::TrainAndTest all;
  try {
    all = data::fashion_mnist();
  } catch (const NotFoundError& error) {
    MESSAGE("skipped: ", std::string(error.what()));
    return;
  }
  const Tensor x = all.train.x, y = all.train.y;
  std::int64_t pixels = 0, labels = 0, batches = 0, rows = 0;
  std::vector<bool> seen(60000);
  for (const auto& [images, classes, places] :
       data::from_tensor_slices(x, y, numbers(60000)).shuffle(10000, {.seed = 42}).batch(32).prefetch()) {
    ++batches;
    rows += images.shape()[0];
    pixels += sum_of(images.data<std::uint8_t>());
    labels += sum_of(classes.data<std::uint8_t>());
    for (std::int64_t i = 0; i < images.shape()[0]; ++i) {
      const auto place = static_cast<std::size_t>(places.data<std::int64_t>()[i]);
      seen[place] = true;
      const auto image = images.data<std::uint8_t>().subspan(784 * i, 784);
      REQUIRE(std::equal(image.begin(), image.end(), x.data<std::uint8_t>().begin() + 784 * place));
      REQUIRE(classes.data<std::uint8_t>()[i] == y.data<std::uint8_t>()[place]);
    }
  }
  CHECK(batches == 1875);
  CHECK(rows == 60000);
  CHECK(pixels == 3431114169);
  CHECK(labels == 270000);
  CHECK(std::count(seen.begin(), seen.end(), true) == 60000);
}

TEST_CASE("the real MNIST, where GRADTAPE_DATA or the cache has it") {
  data::TrainAndTest all;
  try {
    all = data::mnist();
  } catch (const NotFoundError& error) {
    MESSAGE("skipped: ", std::string(error.what()));
    return;
  }
  CHECK(all.train.x.shape() == Shape{60000, 28, 28});
  CHECK(sum_of(all.train.x.data<std::uint8_t>()) == 1567298545);
  CHECK(sum_of(all.train.y.data<std::uint8_t>()) == 267236);
  CHECK(sum_of(all.test.x.data<std::uint8_t>()) == 264923200);
  CHECK(sum_of(all.test.y.data<std::uint8_t>()) == 44434);
  CHECK(all.train.y[0].item<int>() == 5);
}

TEST_CASE("the files are found in GRADTAPE_DATA, its folder of the name, and the cache, in this order") {
  const ScratchFolder folder, other;
  const ScopedEnvironment data_folder("GRADTAPE_DATA", folder.path().c_str());
  const ScopedEnvironment cache("XDG_CACHE_HOME", other.path().c_str());
  const auto labels_found = [] { return data::mnist().train.y.data<std::uint8_t>()[0]; };
  write_collection(other, "gradtape/mnist/");
  CHECK(labels_found() == 1);
  write_collection(folder, "");
  folder.write("train-labels-idx1-ubyte.gz", labels_file(3, 2));  // plain, whatever its name says
  CHECK(labels_found() == 2);
  write_collection(folder, "mnist/");
  folder.write("mnist/train-labels-idx1-ubyte.gz", labels_file(3, 3));
  CHECK(labels_found() == 3);
  write_collection(folder, "fashion-mnist/");
  CHECK(data::fashion_mnist().test.x.shape() == Shape{2, 28, 28});
}

TEST_CASE("missing files: where they can be had and where they were looked for") {
  const ScratchFolder folder;
  const ScopedEnvironment data_folder("GRADTAPE_DATA", folder.path().c_str());
  const ScopedEnvironment cache("XDG_CACHE_HOME", nullptr);
  const ScopedEnvironment home("HOME", folder.path("home").c_str());
  folder.write("mnist/train-images-idx3-ubyte", images_file(1));
  const std::string message = message_of<NotFoundError>([] { data::mnist(); });
  INFO(message);
  const std::string parts[] = {
      "[mnist] ",
      "GRADTAPE_DATA",
      "t10k-labels-idx1-ubyte",
      folder.path("mnist"),
      "(which lacks train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte)",
      folder.path("home/.cache/gradtape/mnist")};
  for (const std::string& part : parts) CHECK(message.find(part) != message.npos);
  try {
    data::fashion_mnist();
    MESSAGE("Fashion-MNIST is installed: the text about its package is not checked");
  } catch (const NotFoundError& error) {
    CHECK(std::string(error.what()).find("dataset-fashion-mnist") != std::string::npos);
  }
}

TEST_CASE("files that do not belong together are an error") {
  const ScratchFolder folder;
  const ScopedEnvironment data_folder("GRADTAPE_DATA", folder.path().c_str());
  const auto message_with = [&](const std::string& name, const Bytes& bytes) {
    write_collection(folder, "mnist/");
    folder.write("mnist/" + name, bytes);
    const std::string message = message_of<DataLossError>([] { data::mnist(); });
    INFO(message);
    CHECK(message.find(name) != message.npos);
    return message;
  };
  const auto contains = [](const std::string& text, const char* part) { return text.find(part) != text.npos; };
  CHECK(contains(message_with("train-images-idx3-ubyte", labels_file(3)), "found shape (3,) and dtype uint8"));
  CHECK(contains(message_with("t10k-labels-idx1-ubyte", images_file(2)), "expected labels of shape (n,)"));
  CHECK(contains(message_with("train-images-idx3-ubyte", images_file(4)), "4 images in"));
  CHECK(contains(message_with("train-images-idx3-ubyte", images_file(3, 27)), "found shape (3, 27, 27)"));
  CHECK(contains(message_with("t10k-labels-idx1-ubyte", labels_file(2, 10)), "from 0 to 9, found 10 at 0"));
  CHECK(contains(message_with("t10k-images-idx3-ubyte.gz", Bytes{1, 2, 3}), "[read_idx]"));
}

TEST_CASE("Fashion-MNIST's classes are named in the order of their labels") {
  const auto& names = data::fashion_mnist_class_names();
  CHECK(names[0] == "T-shirt/top");
  CHECK(names[5] == "Sandal");
  CHECK(names[9] == "Ankle boot");
}
