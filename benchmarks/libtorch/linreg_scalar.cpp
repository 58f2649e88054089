// Linear regression, one point at a time: forward, backward and update of two scalars.

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include "../synthetic_data.h"
#include "../timing.h"

int main(int count, char** arguments) {
  const int threads = timing::thread_argument(count, arguments);
  at::set_num_threads(threads);

  const synthetic::Line line = synthetic::line(100, 1);
  std::vector<torch::Tensor> xs, ys;
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    xs.push_back(torch::tensor(line.x[i]));
    ys.push_back(torch::tensor(line.y[i]));
  }

  const torch::Tensor w = torch::tensor(0.f, torch::requires_grad());
  const torch::Tensor b = torch::tensor(0.f, torch::requires_grad());
  const timing::Timing timing = timing::measure(15, 0.5, [&] {
    {
      const torch::NoGradGuard no_grad;
      w.zero_();
      b.zero_();
    }
    for (std::size_t i = 0; i < xs.size(); ++i) {
      const torch::Tensor loss = torch::square(w * xs[i] + b - ys[i]);
      const auto gradients = torch::autograd::grad({loss}, {w, b});
      const torch::NoGradGuard no_grad;
      w.sub_(0.1f * gradients[0]);
      b.sub_(0.1f * gradients[1]);
    }
  });
  timing::report("linreg_scalar", threads, "us/step", 1e6 / static_cast<double>(xs.size()), timing, w.item<double>());
}
