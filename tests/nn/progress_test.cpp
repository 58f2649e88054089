// The texts are those of Keras 2's Progbar, worked out by hand for a clock that the test sets.
#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

#include "gradtape/gradtape.h"
#include "training/progress_bar.h"

using namespace gradtape;

namespace {

double now = 0;
double test_clock() { return now; }

nn::Logs logs(double loss, double accuracy) {
  nn::Logs result;
  result.set("loss", loss);
  result.set("accuracy", accuracy);
  return result;
}

/// Prints to a string while it lives.
class Captured {
 public:
  explicit Captured(bool is_terminal = false) { nn::set_progress_output(&out_, is_terminal); }
  ~Captured() { nn::set_progress_output(nullptr); }
  std::string text() const { return out_.str(); }

 private:
  std::ostringstream out_;
};

std::string without_times(std::string text) {
  // " - 0s 12us/step" becomes " - T"
  for (std::size_t at = 0; (at = text.find("s ", at)) != text.npos;) {
    const std::size_t begin = text.rfind(" - ", at), end = text.find("/step", at);
    if (begin == text.npos || end == text.npos) break;
    text.replace(begin, end + 5 - begin, " - T");
    at = begin;
  }
  return text;
}

}  // namespace

TEST_CASE("the progress bar on a terminal") {
  std::ostringstream out;
  now = 0;
  nn::ProgressBar bar(1, {&out, true}, test_clock);
  bar.print_epoch(0, 30);
  CHECK(out.str() == "Epoch 1/30\n");
  bar.begin(1719);
  now = 0.1;
  out.str("");
  bar.update(1, logs(2.5, 0.125));
  const std::string first =
      "   1/1719 [..............................] - ETA: 2:51 - loss: 2.5000 - accuracy: 0.1250";
  CHECK(out.str() == "\r" + first);

  out.str("");
  now = 0.12;
  bar.update(2, logs(2.4, 0.125));
  CHECK(out.str().empty());

  now = 0.344;  // 2 ms for each step after the first
  bar.update(123, logs(0.99951, 0.5));
  const std::string second = " 123/1719 [=>............................] - ETA: 3s - loss: 0.9995 - accuracy: 0.5000";
  CHECK(out.str() ==
        std::string(first.size(), '\b') + "\r" + second + std::string(first.size() - second.size(), ' '));

  out.str("");
  now = 1.818;
  for (int step = 124; step < 1719; ++step) bar.update(step, logs(0.8, 0.7));
  out.str("");
  bar.update(1719, logs(0.7237, 0.7644));
  nn::Logs all = logs(0.7237, 0.7644);
  all.set("val_loss", 0.0009);
  all.set("val_accuracy", 0.8234);
  now = 2.0;
  bar.finish(all);
  const std::string text = out.str();
  CHECK(text.substr(text.find_last_of('\r') + 1) ==
        "1719/1719 [==============================] - 2s 1ms/step - loss: 0.7237 - accuracy: 0.7644 - "
        "val_loss: 9.0000e-04 - val_accuracy: 0.8234\n");
}

TEST_CASE("elsewhere the bar is printed once, when it is full") {
  std::ostringstream out;
  now = 0;
  nn::ProgressBar bar(1, {&out, false}, test_clock);
  bar.print_epoch(2, 3);
  bar.begin(3);
  for (int step = 1; step <= 3; ++step) {
    now = step;
    bar.update(step, logs(1, 1));
  }
  bar.finish(logs(1, 1));
  CHECK(out.str() ==
        "Epoch 3/3\n3/3 [==============================] - 3s 1s/step - loss: 1.0000 - accuracy: 1.0000\n");
}

TEST_CASE("verbose 2 is one line for each epoch, verbose 0 nothing") {
  for (const int verbose : {0, 2}) {
    std::ostringstream out;
    now = 0;
    nn::ProgressBar bar(verbose, {&out, true}, test_clock);
    bar.print_epoch(0, 30);
    bar.begin(1719);
    now = 2.2;
    for (int step = 1; step <= 1719; ++step) bar.update(step, logs(1, 1));
    bar.finish(logs(0.7237, 0.7644));
    CHECK(out.str() == (verbose == 0 ? "" : "Epoch 1/30\n1719/1719 - 2s - loss: 0.7237 - accuracy: 0.7644\n"));
  }
}

TEST_CASE("the number of steps need not be known") {
  std::ostringstream out;
  now = 0;
  nn::ProgressBar bar(1, {&out, true}, test_clock);
  bar.begin(-1);
  now = 2;
  bar.update(1, logs(1, 1));
  CHECK(out.str() == "\r      1/Unknown - 2s 2s/step - loss: 1.0000 - accuracy: 1.0000");
  now = 2.5;
  bar.update(2, logs(1, 1));
  out.str("");
  bar.finish(logs(1, 1));
  const std::string text = out.str();
  CHECK(text.substr(text.find('\r') + 1) ==
        "2/2 [==============================] - 2s 500ms/step - loss: 1.0000 - accuracy: 1.0000\n");
}

TEST_CASE("numbers are printed as Keras prints them") {
  CHECK(nn::format_value(0.72365) == "0.7237");
  CHECK(nn::format_value(-12.5) == "-12.5000");
  CHECK(nn::format_value(0.001) == "1.0000e-03");
  CHECK(nn::format_value(0) == "0.0000e+00");
  CHECK(nn::format_value(-NAN) == "nan");
  CHECK(nn::format_value(INFINITY) == "inf");
}

TEST_CASE("what fit and evaluate print") {
  nn::Sequential model({nn::Dense(1, {.kernel_initializer = "zeros", .input_shape = {2}})});
  model.compile({.optimizer = optim::SGD({.learning_rate = 0}), .loss = "mse", .metrics = {"mae"}});
  const Tensor x = ones({5, 2}), y = full({5, 1}, 2);
  {
    const Captured captured;
    model.fit(x, y, {.batch_size = 2, .epochs = 2, .validation_data = {x, full({5, 1}, 3)}});
    const std::string line =
        "3/3 [==============================] - T - loss: 4.0000 - mae: 2.0000 - val_loss: 9.0000 - "
        "val_mae: 3.0000\n";
    CHECK(without_times(captured.text()) == "Epoch 1/2\n" + line + "Epoch 2/2\n" + line);
  }
  {
    const Captured captured;
    model.fit(x, y, {.verbose = 2});
    CHECK(captured.text() == "1/1 - 0s - loss: 4.0000 - mae: 2.0000\n");
  }
  {
    const Captured captured;
    model.evaluate(x, y, {.batch_size = 2});
    CHECK(without_times(captured.text()) ==
          "3/3 [==============================] - T - loss: 4.0000 - mae: 2.0000\n");
  }
  {
    const Captured captured;
    model.evaluate(x, y, {.verbose = 2});
    CHECK(captured.text() == "1/1 - 0s - loss: 4.0000 - mae: 2.0000\n");
  }
  const Captured captured;
  model.fit(x, y, {.verbose = 0});
  model.predict(x);
  CHECK(captured.text().empty());
}
