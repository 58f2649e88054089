// Trains a classifier on Fashion-MNIST with fit(), tests it, and draws what it says of the test images.
//
// usage: fashion_mnist [EPOCHS]
// The picture goes to the folder gradtape-demo in the working directory.

#include <gradtape/gradtape.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/svg.h"

using namespace gradtape;

namespace {

constexpr int columns = 10, rows = 4, pictures = columns * rows;

std::string class_name(std::int64_t label) {
  return std::string(data::fashion_mnist_class_names()[static_cast<std::size_t>(label)]);
}

// The classes with a probability of at least 0.01, the likeliest first.
std::string likely_classes(const Tensor& probabilities) {
  const std::span<const float> p = probabilities.data<float>();
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p.size(); ++i)
    if (p[i] >= 0.01f) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
  std::string text;
  for (const std::size_t i : order) {
    char entry[40];
    std::snprintf(entry, sizeof entry, "%s%s %.2f", text.empty() ? "" : ", ",
                  class_name(static_cast<std::int64_t>(i)).c_str(), static_cast<double>(p[i]));
    text += entry;
  }
  return text;
}

void print_predictions(const Tensor& probabilities, const Tensor& labels, int count) {
  const Tensor predicted = argmax(probabilities, 1);
  std::printf("\n%-5s %-12s %-12s %s\n", "image", "true", "predicted", "probabilities from 0.01");
  for (int i = 0; i < count; ++i) {
    const auto truth = labels[i].item<std::int64_t>(), guess = predicted[i].item<std::int64_t>();
    std::printf("%-5d %-12s %-12s %s%s\n", i, class_name(truth).c_str(), class_name(guess).c_str(),
                likely_classes(probabilities[i]).c_str(), truth == guess ? "" : "  <- wrong");
  }
}

void draw_image(example::Svg& svg, example::Point corner, const Tensor& image, std::int64_t truth,
                std::int64_t guess) {
  constexpr double size = 64;
  const bool right = truth == guess;
  const Tensor dark_on_white = cast(255 - cast(image, int32), uint8);
  svg.image(corner, size, dark_on_white.data<std::uint8_t>(), 28);
  svg.frame(corner, size, size, right ? "#cbd5e0" : "#c53030", right ? 1 : 3);
  const double middle = corner.x + size / 2;
  svg.text({middle, corner.y + size + 14}, class_name(guess),
           {.size = 12, .color = right ? "#2b6cb0" : "#c53030", .anchor = "middle", .bold = !right});
  if (!right)
    svg.text({middle, corner.y + size + 28}, "is: " + class_name(truth),
             {.size = 11, .color = "#4a5568", .anchor = "middle"});
}

void draw(const data::LabelledImages& test, const Tensor& probabilities, const nn::History& history, double accuracy,
          const std::string& path) {
  example::Svg svg(1000, 812);
  char title[80];
  std::snprintf(title, sizeof title, "Fashion-MNIST: %.1f %% of the test images named right", 100 * accuracy);
  svg.text({24, 40}, title, {.size = 24, .bold = true});
  svg.text({24, 64},
           "784-300-100-10, relu, SGD, " + std::to_string(history.epoch.size()) + " epochs. The first " +
               std::to_string(pictures) + " test images and what the network takes them for; mistakes in red.",
           {.size = 14, .color = "#4a5568"});

  const Tensor predicted = argmax(probabilities, 1);
  for (int i = 0; i < pictures; ++i)
    draw_image(svg, {38 + i % columns * 95.5, 90 + i / columns * 108.0}, test.x[i], test.y[i].item<std::int64_t>(),
               predicted[i].item<std::int64_t>());

  const std::vector<example::Curve> loss = {{"training", history["loss"]}, {"validation", history["val_loss"]}};
  const std::vector<example::Curve> right = {{"training", history["accuracy"]},
                                             {"validation", history["val_accuracy"]}};
  example::draw_curves(svg, {10, 534}, 480, 264, "loss", loss);
  example::draw_curves(svg, {505, 534}, 480, 264, "accuracy", right);

  const std::filesystem::path file(path);
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out << svg.str();
  if (!out.flush()) throw PermissionDeniedError(path + " cannot be written");
}

}  // namespace

int main(int argc, char** argv) try {
  const int epochs = argc > 1 ? std::atoi(argv[1]) : 30;
  if (epochs < 1) throw InvalidArgumentError("usage: fashion_mnist [EPOCHS], at least 1");
  set_seed(42);

  const auto [train, test] = data::fashion_mnist();
  const Tensor x_train_full = cast(train.x, float32) / 255, x_test = cast(test.x, float32) / 255;
  const Tensor x_valid = x_train_full.slice({0, 0, 0}, {5000, -1, -1}), y_valid = train.y.slice({0}, {5000});
  const Tensor x_train = x_train_full.slice({5000, 0, 0}, {-1, -1, -1}), y_train = train.y.slice({5000}, {-1});

  nn::Sequential model({
      nn::Flatten({.input_shape = {28, 28}}),
      nn::Dense(300, {.activation = "relu"}),
      nn::Dense(100, {.activation = "relu"}),
      nn::Dense(10, {.activation = "softmax"}),
  });
  model.summary();
  model.compile({.optimizer = "sgd", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  const nn::History history = model.fit(x_train, y_train, {.epochs = epochs, .validation_data = {x_valid, y_valid}});

  std::puts("\nThe test set:");
  const nn::Scores scores = model.evaluate(x_test, test.y);
  const Tensor probabilities = model.predict(x_test);
  print_predictions(probabilities, test.y, 20);

  const std::string picture = "gradtape-demo/fashion_mnist.svg";
  draw(test, probabilities, history, scores["accuracy"], picture);
  std::printf("\nThe test images and the learning curves are in %s\n", picture.c_str());
} catch (const std::exception& error) {
  std::fprintf(stderr, "fashion_mnist: %s\n", error.what());
  return 1;
}
