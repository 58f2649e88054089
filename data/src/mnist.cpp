#include "gradtape/data/mnist.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "gradtape/autograd/error.h"
#include "gradtape/data/idx.h"

namespace gradtape::data {
namespace {

namespace fs = std::filesystem;

constexpr const char* file_names[4] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                                       "t10k-labels-idx1-ubyte"};

struct Collection {
  const char* function;
  const char* title;
  const char* folder;
  const char* system_folder;  // "" where no package puts it anywhere
  const char* package;
};

constexpr Collection fashion = {"fashion_mnist", "Fashion-MNIST", "fashion-mnist",
                                "/usr/share/datasets/fashion-mnist", "dataset-fashion-mnist"};
constexpr Collection digits = {"mnist", "MNIST", "mnist", "", ""};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::vector<fs::path> folders_of(const Collection& collection) {
  std::vector<fs::path> folders;
  if (const std::string data = environment("GRADTAPE_DATA"); !data.empty())
    folders = {fs::path(data) / collection.folder, fs::path(data)};
  fs::path cache = environment("XDG_CACHE_HOME");
  if (cache.empty())
    if (const std::string home = environment("HOME"); !home.empty()) cache = fs::path(home) / ".cache";
  if (!cache.empty()) folders.push_back(cache / "gradtape" / collection.folder);
  if (*collection.system_folder != '\0') folders.emplace_back(collection.system_folder);
  return folders;
}

/// The file in the folder, compressed or plain; "" where it is not.
std::string file_in(const fs::path& folder, const std::string& name) {
  for (const char* ending : {".gz", ""}) {
    const fs::path path = folder / (name + ending);
    std::error_code error;
    if (fs::is_regular_file(path, error)) return path.string();
  }
  return "";
}

/// The four files, from the first folder that has them all.
std::vector<std::string> find_files(const Collection& collection) {
  std::string looked_in;
  for (const fs::path& folder : folders_of(collection)) {
    std::vector<std::string> found;
    std::string missing;
    for (const char* name : file_names) {
      found.push_back(file_in(folder, name));
      if (found.back().empty()) missing += (missing.empty() ? "" : ", ") + std::string(name);
    }
    if (missing.empty()) return found;
    looked_in += (looked_in.empty() ? "" : ", ") + folder.string();
    if (std::any_of(found.begin(), found.end(), [](const std::string& file) { return !file.empty(); }))
      looked_in += " (which lacks " + missing + ")";
  }
  std::string names;
  for (const char* name : file_names) names += (names.empty() ? "" : ", ") + std::string(name);
  throw NotFoundError("[" + std::string(collection.function) + "] " + collection.title + " is not on this machine. " +
                      (*collection.package == '\0'
                           ? "Put"
                           : "Install the Debian package " + std::string(collection.package) + ", or put") +
                      " its four files (" + names + "; as they are or with .gz) in a folder named " +
                      collection.folder + " and set GRADTAPE_DATA to the folder around it. Looked in: " +
                      (looked_in.empty() ? "no folder, as GRADTAPE_DATA and HOME are not set" : looked_in));
}

LabelledImages read_samples(const Collection& collection, const std::string& images_path,
                            const std::string& labels_path) {
  const auto fail = [&](const std::string& message) {
    throw DataLossError("[" + std::string(collection.function) + "] " + message);
  };
  const auto describe = [](const Tensor& tensor) {
    return "shape " + to_string(tensor.shape()) + " and dtype " + std::string(name_of(tensor.dtype()));
  };
  LabelledImages samples{read_idx(images_path), read_idx(labels_path)};
  const auto& [x, y] = samples;
  if (x.dtype() != uint8 || x.rank() != 3 || x.shape()[1] != 28 || x.shape()[2] != 28)
    fail(images_path + ": expected images of shape (n, 28, 28) and dtype uint8, found " + describe(x));
  if (y.dtype() != uint8 || y.rank() != 1)
    fail(labels_path + ": expected labels of shape (n,) and dtype uint8, found " + describe(y));
  if (x.shape()[0] != y.shape()[0])
    fail(std::to_string(x.shape()[0]) + " images in " + images_path + " but " + std::to_string(y.shape()[0]) +
         " labels in " + labels_path);
  const auto labels = y.data<std::uint8_t>();
  if (const auto wrong = std::find_if(labels.begin(), labels.end(), [](int label) { return label > 9; });
      wrong != labels.end())
    fail(labels_path + ": expected labels from 0 to 9, found " + std::to_string(*wrong) + " at " +
         std::to_string(wrong - labels.begin()));
  return samples;
}

TrainAndTest read_collection(const Collection& collection) {
  const std::vector<std::string> files = find_files(collection);
  return {read_samples(collection, files[0], files[1]), read_samples(collection, files[2], files[3])};
}

}  // namespace

TrainAndTest fashion_mnist() { return read_collection(fashion); }

TrainAndTest mnist() { return read_collection(digits); }

const std::array<std::string_view, 10>& fashion_mnist_class_names() {
  static constexpr std::array<std::string_view, 10> names = {
      "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"};
  return names;
}

}  // namespace gradtape::data
