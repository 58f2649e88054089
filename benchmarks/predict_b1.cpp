// The prediction for one sample by a 784-300-100-10 network: the model called without a tape, and predict().

#include <gradtape/gradtape.h>

#include "synthetic_data.h"
#include "timing.h"

int main(int count, char** arguments) {
  using namespace gradtape;
  const int threads = timing::thread_argument(count, arguments);
  set_num_threads(threads);

  const Tensor x = reshape(constant(synthetic::uniform(synthetic::Images::pixels, 4)), {1, -1});
  nn::Sequential model({
      nn::Dense(300, {.activation = "relu", .input_shape = {synthetic::Images::pixels}}),
      nn::Dense(100, {.activation = "relu"}),
      nn::Dense(10, {.activation = "softmax"}),
  });

  constexpr int calls = 100;
  Tensor y;
  timing::Timing timing = timing::measure(15, 0.3, [&] {
    for (int i = 0; i < calls; ++i) y = model(x);
  });
  timing::report("predict_b1", threads, "us", 1e6 / calls, timing, reduce_sum(y).item<double>());

  timing = timing::measure(15, 0.3, [&] {
    for (int i = 0; i < calls; ++i) y = model.predict(x, {.verbose = 0});
  });
  timing::report("predict_b1_predict", threads, "us", 1e6 / calls, timing, reduce_sum(y).item<double>());
}
