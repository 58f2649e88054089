#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <sstream>

#include "autograd/tensor_values.h"
#include "gradtape/gradtape.h"
#include "nn/error_text.h"

using namespace gradtape;

namespace {

/// w * x with a bias-free Dense; y = w_true * x.
nn::Sequential model_with_weight(double learning_rate) {
  nn::Sequential model({nn::Dense(1, {.use_bias = false, .kernel_initializer = "ones", .input_shape = {1}})});
  model.compile({.optimizer = optim::SGD({.learning_rate = learning_rate}), .loss = "mse"});
  return model;
}
double weight_of(const nn::Model& model) { return model.weights()[0].value().item<double>(); }

const Tensor x = ones({4, 1});

struct Recorder : nn::Callback {
  std::string events;
  void on_train_begin(nn::Logs&) override { events += "train("; }
  void on_train_end(nn::Logs&) override { events += ")"; }
  void on_epoch_begin(int epoch, nn::Logs&) override { events += "e" + std::to_string(epoch) + "["; }
  void on_epoch_end(int, nn::Logs& logs) override { events += logs.contains("val_loss") ? "v]" : "]"; }
  void on_train_batch_begin(int batch, nn::Logs&) override { events += std::to_string(batch) + "<"; }
  void on_train_batch_end(int, nn::Logs& logs) override { events += logs.contains("loss") ? ">" : "?"; }
  void on_test_begin(nn::Logs&) override { events += "test{"; }
  void on_test_batch_end(int, nn::Logs&) override { events += "."; }
  void on_test_end(nn::Logs&) override { events += "}"; }
  void on_predict_batch_end(int batch, nn::Logs&) override { events += "p" + std::to_string(batch); }
};

/// Puts a series of numbers into the logs, one for each epoch.
struct Scripted : nn::Callback {
  explicit Scripted(std::vector<double> values) : numbers(std::move(values)) {}
  std::vector<double> numbers;
  void on_epoch_end(int epoch, nn::Logs& logs) override {
    logs.set("score", numbers[static_cast<std::size_t>(epoch)]);
  }
};

class Captured {
 public:
  Captured() { nn::set_progress_output(&out_); }
  ~Captured() { nn::set_progress_output(nullptr); }
  std::string text() const { return out_.str(); }

 private:
  std::ostringstream out_;
};

/// A path in a folder that is removed when the program ends.
std::string temporary(const std::string& name) {
  struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("gradtape_callback_test_" + std::to_string(::getpid()));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
  };
  static const Folder folder;
  return (folder.path / name).string();
}

}  // namespace

TEST_CASE("callbacks are told what happens, in Keras's order") {
  nn::Sequential model = model_with_weight(0);
  Recorder recorder;
  model.fit(x, x, {.batch_size = 2, .epochs = 2, .verbose = 0, .callbacks = {recorder}, .validation_data = {x, x}});
  CHECK(recorder.events == "train(e0[0<>1<>test{..}v]e1[0<>1<>test{..}v])");
  recorder.events.clear();
  model.evaluate(x, x, {.batch_size = 1, .verbose = 0, .callbacks = {recorder}});
  CHECK(recorder.events == "test{....}");
  recorder.events.clear();
  model.predict(x, {.batch_size = 2, .callbacks = {recorder}});
  CHECK(recorder.events == "p0p1");
  CHECK_THROWS_AS(recorder.model(), FailedPreconditionError);
}

TEST_CASE("a variable in the list of callbacks is referred to, a temporary is kept") {
  nn::Sequential model = model_with_weight(0);
  int epochs = 0;
  nn::History mine;
  const nn::History returned = model.fit(
      x, x, {.epochs = 3, .verbose = 0, .callbacks = {mine, nn::LambdaCallback({.on_epoch_end = [&](int, nn::Logs&) {
                                                        ++epochs;
                                                      }})}});
  CHECK(epochs == 3);
  CHECK(mine["loss"].size() == 3);
  CHECK(mine["loss"] == returned["loss"]);
}

TEST_CASE("EarlyStopping waits for as many epochs as its patience, and restores the best weights") {
  nn::Sequential model = model_with_weight(0.25);  // the weight goes from 1 to 0 by halves: 2 * 0.25 * w
  nn::EarlyStopping stop(
      {.monitor = "score", .patience = 2, .verbose = 1, .mode = "min", .restore_best_weights = true});
  const Captured captured;
  const nn::History history =
      model.fit(x, zeros({4, 1}),
                {.epochs = 10, .verbose = 0, .callbacks = {Scripted({5, 3, 4, 2, 2.5, 2, 1, 0, 0, 0}), stop}});
  // 2 at epoch 3 is the best; 2.5 and 2 are no improvements.
  CHECK(history.epoch.size() == 6);
  CHECK(stop.best() == 2);
  CHECK(stop.best_epoch() == 3);
  CHECK(stop.stopped_epoch() == 5);
  CHECK(weight_of(model) == doctest::Approx(std::pow(0.5, 4)));
  CHECK(captured.text() == "Restoring model weights from the end of the best epoch: 4.\nEpoch 6: early stopping\n");
}

TEST_CASE("EarlyStopping knows directions, margins and baselines") {
  const auto epochs = [](nn::EarlyStoppingOptions options, std::vector<double> scores) {
    nn::Sequential model = model_with_weight(0);
    const int count = static_cast<int>(scores.size());
    options.monitor = options.monitor == "val_loss" ? "score" : options.monitor;
    return model
        .fit(x, x,
             {.epochs = count, .verbose = 0, .callbacks = {Scripted(std::move(scores)), nn::EarlyStopping(options)}})
        .epoch.size();
  };
  CHECK(epochs({.patience = 1, .mode = "max"}, {1, 2, 3, 4, 3, 5, 6}) == 5);
  CHECK(epochs({.patience = 1, .mode = "auto"}, {1, 2, 3, 4, 3, 5, 6}) == 2);
  CHECK(epochs({.min_delta = 0.5, .patience = 1, .mode = "max"}, {1, 2, 2.4, 4}) == 3);
  CHECK(epochs({.patience = 2, .mode = "max", .baseline = 10}, {1, 2, 3, 4, 5}) == 2);
  CHECK(epochs({.patience = 1, .mode = "min", .start_from_epoch = 3}, {1, 2, 3, 4, 5, 6}) == 5);
  CHECK(epochs({.mode = "max"}, {1, 2, 3, 2, 5}) == 4);
  CHECK(epochs({.monitor = "no_such", .patience = 1}, {1, 2, 3}) == 3);
  CHECK_THROWS_AS(nn::EarlyStopping({.mode = "best"}), InvalidArgumentError);
}

TEST_CASE("TerminateOnNaN ends the training at the batch") {
  nn::Sequential model = model_with_weight(0);
  Recorder recorder;
  const Captured captured;
  model.fit(
      constant({{1.f}, {1.f}, {1.f}, {NAN}, {1.f}}), ones({5, 1}),
      {.batch_size = 1, .epochs = 3, .verbose = 0, .callbacks = {nn::TerminateOnNaN(), recorder}, .shuffle = false});
  CHECK(recorder.events == "train(e0[0<>1<>2<>3<>])");
  check_contains(captured.text(), "Batch 3: Invalid loss, terminating training");
  check_contains(captured.text(), "epoch 1");
}

TEST_CASE("ModelCheckpoint saves every epoch, or the best") {
  nn::Sequential model = model_with_weight(0.25);
  const Captured captured;
  model.fit(x, zeros({4, 1}),
            {.epochs = 3,
             .verbose = 0,
             .callbacks = {Scripted({0.5, 0.25, 0.75}),
                           nn::ModelCheckpoint(temporary("all-{epoch:02d}-{score:.2f}.safetensors")),
                           nn::ModelCheckpoint(temporary("best.safetensors"),
                                               {.monitor = "score", .verbose = 1, .save_best_only = true})}});
  CHECK(std::filesystem::exists(temporary("all-01-0.50.safetensors")));
  CHECK(std::filesystem::exists(temporary("all-03-0.75.safetensors")));
  model.load_weights(temporary("best.safetensors"));
  CHECK(weight_of(model) == doctest::Approx(0.25));
  model.load_weights(temporary("all-01-0.50.safetensors"));
  CHECK(weight_of(model) == doctest::Approx(0.5));
  CHECK(captured.text() == "\nEpoch 1: score improved from inf to 0.50000, saving model to " +
                               temporary("best.safetensors") +
                               "\n\nEpoch 2: score improved from 0.50000 to 0.25000, saving model to " +
                               temporary("best.safetensors") + "\n\nEpoch 3: score did not improve from 0.25000\n");

  Recorder recorder;
  CHECK_THROWS_AS(model.fit(x, x, {.verbose = 0, .callbacks = {nn::ModelCheckpoint("best.h5"), recorder}}),
                  UnimplementedError);
  CHECK(recorder.events.empty());
  check_contains(error_of([&] {
                   model.fit(x, x,
                             {.verbose = 0, .callbacks = {nn::ModelCheckpoint(temporary("{val_acc}.safetensors"))}});
                 }),
                 "epoch, loss");
}

TEST_CASE("a callback can end the training, and fit begins anew the next time") {
  nn::Sequential model = model_with_weight(0);
  struct Stop : nn::Callback {
    void on_epoch_end(int epoch, nn::Logs&) override { model().set_stop_training(epoch == 1); }
  };
  CHECK(model.fit(x, x, {.epochs = 5, .verbose = 0, .callbacks = {Stop()}}).epoch.size() == 2);
  CHECK(model.stop_training());
  CHECK(model.fit(x, x, {.epochs = 5, .verbose = 0, .initial_epoch = 2}).epoch == std::vector<int>{2, 3, 4});
}

TEST_CASE("an unknown name in the logs lists the known ones") {
  nn::Logs logs;
  logs.set("loss", 1);
  logs.set("mae", 2);
  check_contains(error_of([&] { logs["val_loss"] = 1; }), "loss, mae");
  CHECK(logs[1] == 2);
  CHECK_THROWS_AS(logs[2], OutOfRangeError);
}
