// Fits a line by gradient descent: the smallest complete training loop on a tape.
//
// usage: linear_regression [FILE.csv]
// FILE.csv has a header with the columns x and y; without it, points around y = x + 2 are drawn.

#include <gradtape/gradtape.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace gradtape;

namespace {

struct Points {
  Tensor x, y;
};

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::stringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

Points read_points(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) throw NotFoundError(path + " cannot be read or is empty");
  const std::vector<std::string> header = fields_of(line);
  const auto column = [&](const char* name) {
    const auto place = std::find(header.begin(), header.end(), name);
    if (place == header.end()) throw InvalidArgumentError(path + " has no column " + name);
    return static_cast<std::size_t>(place - header.begin());
  };
  const std::size_t x_column = column("x"), y_column = column("y");
  std::vector<float> x, y;
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = fields_of(line);
    if (fields.size() != header.size())
      throw DataLossError(path + ": a row has other columns than the header: " + line);
    try {
      x.push_back(std::stof(fields[x_column]));
      y.push_back(std::stof(fields[y_column]));
    } catch (const std::logic_error&) {
      throw DataLossError(path + ": not a number in the row " + line);
    }
  }
  return {constant(x), constant(y)};
}

Points draw_points() {
  const Tensor x = linspace(0, 1, 100);
  return {x, x + random::normal({100}, {.mean = 2, .stddev = 0.2})};
}

}  // namespace

int main(int argc, char** argv) try {
  set_seed(42);
  const auto [x, y] = argc > 1 ? read_points(argv[1]) : draw_points();

  Variable w(0.1f), b(0.f);
  const float learning_rate = 0.1f;
  for (int epoch = 1; epoch <= 20; ++epoch) {
    GradientTape tape;
    const Tensor loss = reduce_mean(square(w * x + b - y));
    const auto [dw, db] = tape.gradient(loss, w, b);
    w.assign_sub(learning_rate * dw);
    b.assign_sub(learning_rate * db);
    std::printf("epoch %2d  loss %.6f  w %.6f  b %.6f\n", epoch, loss.item<double>(), w.value().item<double>(),
                b.value().item<double>());
  }
} catch (const Error& error) {
  std::fprintf(stderr, "linear_regression: %s\n", error.what());
  return 1;
}
