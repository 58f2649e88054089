#include <cmath>
#include <cstddef>
#include <cstdio>
#include <vector>

// A number that a calculation produced: its value, and its place on the tape.
struct Number {
  double value;
  std::size_t place;
};

// Where a number came from: up to two inputs, and the derivative of the number with respect to each.
struct Step {
  std::size_t inputs[2] = {0, 0};
  double derivatives[2] = {0, 0};
};

std::vector<Step> tape;

Number record(double value, Step step) {
  tape.push_back(step);
  return {value, tape.size() - 1};
}

Number variable(double value) { return record(value, {}); }

Number operator+(Number a, Number b) { return record(a.value + b.value, {{a.place, b.place}, {1, 1}}); }

Number operator-(Number a, Number b) { return record(a.value - b.value, {{a.place, b.place}, {1, -1}}); }

Number operator*(Number a, Number b) { return record(a.value * b.value, {{a.place, b.place}, {b.value, a.value}}); }

Number sin(Number a) { return record(std::sin(a.value), {{a.place, 0}, {std::cos(a.value), 0}}); }

Number exp(Number a) {
  const double y = std::exp(a.value);
  return record(y, {{a.place, 0}, {y, 0}});
}

// The derivatives of the target with respect to every number on the tape.
std::vector<double> gradients(Number target) {
  std::vector<double> result(tape.size(), 0.0);
  result[target.place] = 1;
  for (std::size_t place = target.place + 1; place-- > 0;) {
    const Step& step = tape[place];
    for (int i = 0; i < 2; ++i) result[step.inputs[i]] += step.derivatives[i] * result[place];
  }
  return result;
}

void check_a_formula() {
  tape.clear();
  const Number x = variable(0.5), y = variable(2.0);
  const Number z = x * y + sin(x) * exp(y);
  const std::vector<double> dz = gradients(z);
  std::printf("dz/dx = %.6f, by hand %.6f\n", dz[x.place], 2.0 + std::cos(0.5) * std::exp(2.0));
  std::printf("dz/dy = %.6f, by hand %.6f\n", dz[y.place], 0.5 + std::sin(0.5) * std::exp(2.0));
}

void fit_a_line() {
  double w = 0, b = 0;
  for (int epoch = 1; epoch <= 300; ++epoch) {
    tape.clear();
    const Number w_now = variable(w), b_now = variable(b);
    Number loss = variable(0);
    for (const double x : {0.0, 1.0, 2.0, 3.0}) {
      const Number error = w_now * variable(x) + b_now - variable(3 * x + 1);
      loss = loss + error * error;
    }
    const std::vector<double> dloss = gradients(loss);
    w -= 0.02 * dloss[w_now.place];
    b -= 0.02 * dloss[b_now.place];
    if (epoch % 100 == 0) std::printf("epoch %d  loss %.6f  w %.4f  b %.4f\n", epoch, loss.value, w, b);
  }
}

int main() {
  check_a_formula();
  fit_a_line();
}
