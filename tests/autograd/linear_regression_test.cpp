// The tutorial of a straight line fitted by a tape, epoch by epoch. The expected rows are those that the tutorial
// printed when it was run with TensorFlow, whose float32 sums are rounded in another order than ours.
#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "gradtape/autograd/autograd.h"

using namespace gradtape;

namespace {

struct Line {
  Tensor x, y;
};

Line read_line() {
  std::ifstream file(GRADTAPE_TEST_FILES "/linreg_tape.csv");
  REQUIRE(file);
  std::string row;
  std::getline(file, row);  // the header
  std::vector<float> x, y;
  float a = 0, intercept = 0, b = 0;
  while (std::getline(file, row)) {
    REQUIRE(std::sscanf(row.c_str(), "%f,%f,%f", &a, &intercept, &b) == 3);
    x.push_back(a);
    y.push_back(b);
  }
  return {constant(x), constant(y)};
}

struct Epoch {
  int number;
  double loss, w, b;
};

const Epoch published[] = {
    {1, 6.148821, 0.36019328, 0.49210268},   {2, 3.443053, 0.55374247, 0.8597654},
    {3, 1.9355677, 0.697557, 1.1345408},     {4, 1.0956739, 0.80425787, 1.3399796},
    {5, 0.6277118, 0.88326555, 1.4936606},   {6, 0.36696243, 0.94161135, 1.6087046},
    {7, 0.22165686, 0.9845434, 1.6949052},   {8, 0.14066862, 1.0159788, 1.7595725},
    {9, 0.095513895, 1.0388412, 1.8081628},  {10, 0.070323855, 1.0553128, 1.8447487},
    {11, 0.056257486, 1.067022, 1.8723704},  {12, 0.048389196, 1.0751845, 1.8932967},
    {13, 0.04397484, 1.0807074, 1.9092215},  {14, 0.041485578, 1.0842679, 1.9214091},
    {15, 0.04006961, 1.086371, 1.9308032},   {16, 0.03925238, 1.0873938, 1.9381081},
    {17, 0.038769484, 1.0876175, 1.9438498}, {18, 0.03847358, 1.0872521, 1.9484208},
    {19, 0.038282588, 1.0864542, 1.9521141}, {20, 0.038150713, 1.0853403, 1.9551486},
};

}  // namespace

TEST_CASE("linear regression gives the published loss, slope and intercept in each of 20 epochs") {
  const auto [x, y] = read_line();
  REQUIRE(x.shape() == Shape{100});
  Variable w(0.1f), b(0.f);
  for (const Epoch& epoch : published) {
    GradientTape tape;
    const Tensor loss = reduce_mean(square(w * x + b - y));
    const auto [dw, db] = tape.gradient(loss, w, b);
    w.assign_sub(0.1f * dw);
    b.assign_sub(0.1f * db);
    INFO("epoch ", epoch.number);
    CHECK(loss.item<double>() == doctest::Approx(epoch.loss).epsilon(1e-5));
    CHECK(w.value().item<double>() == doctest::Approx(epoch.w).epsilon(1e-5));
    CHECK(b.value().item<double>() == doctest::Approx(epoch.b).epsilon(1e-5));
  }
}
