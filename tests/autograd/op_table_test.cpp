// Generated tests: each op of the table, with its own samples. Its values are tested where the op's family is; here
// stands what must hold for every op.
#include <doctest/doctest.h>

#include <cstring>
#include <set>

#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/gradcheck.h"
#include "kernels/parallel.h"
#include "ops/sample.h"

using namespace gradtape;
using detail::OpRow;
using detail::Sample;

namespace {

/// While it lives, loops over a few elements already run on several threads.
struct ManyThreads {
  int before = num_threads();
  std::int64_t cheap = kernels::cheap_grain, costly = kernels::costly_grain;
  ManyThreads() { kernels::cheap_grain = kernels::costly_grain = 2; }
  ~ManyThreads() {
    set_num_threads(before);
    kernels::cheap_grain = cheap;
    kernels::costly_grain = costly;
  }
};

bool same_bits(const Tensor& a, const Tensor& b) {
  const std::size_t bytes = static_cast<std::size_t>(a.num_elements()) * size_of(a.dtype());
  return a.shape() == b.shape() && a.dtype() == b.dtype() &&
         std::memcmp(detail::mutable_data(a), detail::mutable_data(b), bytes) == 0;
}

std::string describe(const OpRow& row, const Sample& sample) {
  std::string text(row.name);
  for (const Tensor& input : sample.inputs) text += " " + to_string(input.shape());
  return text;
}

bool has_gradient_input(const Sample& sample) {
  for (const Tensor& input : sample.inputs)
    if (is_floating(input.dtype()) && input.num_elements() > 0) return true;
  return false;
}

}  // namespace

TEST_CASE("op table: names are unique, and each row says whether the op can be differentiated") {
  std::set<std::string_view> names;
  for (const OpRow& row : detail::op_table()) {
    INFO(row.name);
    CHECK(names.insert(row.name).second);
    CHECK_FALSE(row.family.empty());
    CHECK((row.gradient_order == 0 || row.gradient_order == 2));
    CHECK((row.gradient_order > 0) == row.not_differentiable.empty());
  }
  CHECK(names.size() > 50);
}

TEST_CASE("op table: every op has samples, and runs on each") {
  for (const OpRow& row : detail::op_table()) {
    const std::vector<Sample> samples = row.samples();
    INFO(row.name);
    CHECK_FALSE(samples.empty());
    for (const Sample& sample : samples) {
      INFO(describe(row, sample));
      CHECK_NOTHROW(CHECK(sample.call(sample.inputs)));
    }
  }
}

TEST_CASE("op table: gradients of first and second order agree with numeric differences") {
  for (const OpRow& row : detail::op_table()) {
    if (row.gradient_order < 2) continue;
    std::int64_t compared = 0;
    for (const Sample& sample : row.samples()) {
      INFO(describe(row, sample));
      const GradcheckReport report = gradcheck(sample.call, sample.inputs, {.second_order = true});
      CHECK_MESSAGE(report.passed, report.message);
      compared += has_gradient_input(sample) && report.input >= 0;
    }
    INFO(row.name);
    CHECK(compared > 0);
  }
}

TEST_CASE("op table: an op without a gradient gives an empty one that names the op") {
  for (const OpRow& row : detail::op_table()) {
    if (row.gradient_order > 0) continue;
    for (const Sample& sample : row.samples()) {
      for (const Tensor& input : sample.inputs) {
        if (!is_floating(input.dtype())) continue;
        INFO(describe(row, sample));
        GradientTape tape;
        tape.watch(input);
        const Tensor y = sample.call(sample.inputs);
        const Tensor gradient = tape.gradient(y, input);
        CHECK_FALSE(gradient);
        // A sample may compare its values first, to have bools.
        const std::string reason = gradient.why_empty();
        INFO(reason);
        const bool named = reason.find(row.name) != std::string::npos || row.name.starts_with("logical_");
        CHECK(named);
        CHECK(reason.find("which has no gradient") != std::string::npos);
      }
    }
  }
}

TEST_CASE("op table: results and gradients have the same bits for 1, 2 and 4 threads") {
  const ManyThreads many_threads;
  for (const OpRow& row : detail::op_table()) {
    for (const Sample& sample : row.samples()) {
      INFO(describe(row, sample));
      const auto all = [&] {
        GradientTape tape;
        for (const Tensor& input : sample.inputs) tape.watch(input);
        std::vector<Tensor> results{sample.call(sample.inputs)};
        for (Tensor& gradient : tape.gradient(results[0], Sources(sample.inputs)))
          if (gradient) results.push_back(gradient);
        return results;
      };
      set_num_threads(1);
      const std::vector<Tensor> one = all();
      for (const int threads : {2, 4}) {
        set_num_threads(threads);
        const std::vector<Tensor> several = all();
        REQUIRE(several.size() == one.size());
        for (std::size_t i = 0; i < one.size(); ++i) CHECK(same_bits(one[i], several[i]));
      }
    }
  }
}

TEST_CASE("op table: a gradient has its input's shape and dtype") {
  for (const OpRow& row : detail::op_table()) {
    for (const Sample& sample : row.samples()) {
      INFO(describe(row, sample));
      GradientTape tape;
      for (const Tensor& input : sample.inputs) tape.watch(input);
      const Tensor y = sample.call(sample.inputs);
      const std::vector<Tensor> gradients = tape.gradient(y, Sources(sample.inputs));
      for (std::size_t i = 0; i < gradients.size(); ++i) {
        if (!gradients[i]) continue;
        CHECK(gradients[i].shape() == sample.inputs[i].shape());
        CHECK(gradients[i].dtype() == sample.inputs[i].dtype());
      }
    }
  }
}

TEST_CASE("op table: the differentiated result does not depend on being recorded") {
  for (const OpRow& row : detail::op_table()) {
    for (const Sample& sample : row.samples()) {
      INFO(describe(row, sample));
      const Tensor plain = sample.call(sample.inputs);
      GradientTape tape;
      for (const Tensor& input : sample.inputs) tape.watch(input);
      CHECK(same_bits(plain, sample.call(sample.inputs)));
    }
  }
}
