// Linear regression, one point at a time: forward, backward and update of two scalars.

#include <gradtape/gradtape.h>

#include "synthetic_data.h"
#include "timing.h"

int main(int count, char** arguments) {
  using namespace gradtape;
  const int threads = timing::thread_argument(count, arguments);
  set_num_threads(threads);

  const synthetic::Line line = synthetic::line(100, 1);
  std::vector<Tensor> xs, ys;
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    xs.push_back(constant(line.x[i]));
    ys.push_back(constant(line.y[i]));
  }

  Variable w(0.f), b(0.f);
  const timing::Timing timing = timing::measure(15, 0.5, [&] {
    w.assign(0.f);
    b.assign(0.f);
    for (std::size_t i = 0; i < xs.size(); ++i) {
      GradientTape tape;
      const Tensor loss = square(w * xs[i] + b - ys[i]);
      const auto [dw, db] = tape.gradient(loss, w, b);
      w.assign_sub(0.1f * dw);
      b.assign_sub(0.1f * db);
    }
  });
  timing::report("linreg_scalar", threads, "us/step", 1e6 / static_cast<double>(xs.size()), timing,
                 w.value().item<double>());
}
