#include <doctest/doctest.h>

#include <sstream>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;
using Floats = std::vector<float>;

TEST_CASE("a variable of a number has a literal's dtype") {
  CHECK(Variable(0.5f).dtype() == float32);
  CHECK(Variable(0.5).dtype() == float32);
  CHECK(Variable(3).dtype() == int32);
  CHECK(Variable(0.5f).shape() == Shape{});
  CHECK(Variable(0.5f).name() == "Variable");
  CHECK(Variable(0.5f).trainable());
  CHECK_FALSE(Variable(0.5f, {.trainable = false, .name = "moving_mean"}).trainable());
}

TEST_CASE("a variable copies its initial value") {
  const Tensor initial = constant({1.f, 2.f});
  Variable v(initial);
  v.assign_add(1);
  CHECK(values<float>(initial) == Floats{1, 2});
  CHECK(values<float>(v.value()) == Floats{2, 3});
}

TEST_CASE("assign, assign_add and assign_sub") {
  Variable v(constant({1.f, 2.f}));
  v.assign(constant({5.f, 7.f})).assign_add(constant({1.f, 1.f})).assign_sub(constant({2.f, 4.f}));
  CHECK(values<float>(v.value()) == Floats{4, 4});
  v.assign_add(0.5).assign_sub(2);
  CHECK(values<float>(v.value()) == Floats{2.5f, 2.5f});
  Variable s(1.f);
  s.assign(2.5);
  CHECK(s.value().item<float>() == 2.5f);
}

TEST_CASE("assigning writes in place when nobody else holds the buffer") {
  Variable v(constant({1.f, 2.f}));
  const float* before = v.value().data<float>().data();
  v.assign(constant({3.f, 4.f}));
  v.assign_add(1);
  v.assign_sub(constant({1.f, 1.f}));
  CHECK(v.value().data<float>().data() == before);
  CHECK(values<float>(v.value()) == Floats{3, 4});
}

TEST_CASE("a Tensor that the user holds never changes") {
  Variable v(constant({1.f, 2.f}));
  const Tensor held = v.value();
  const Tensor view = reshape(v.value(), {2, 1});
  const Tensor row = v.value()[0];
  v.assign(constant({3.f, 4.f}));
  v.assign_add(1);
  CHECK(values<float>(held) == Floats{1, 2});
  CHECK(values<float>(view) == Floats{1, 2});
  CHECK(row.item<float>() == 1);
  CHECK(values<float>(v.value()) == Floats{4, 5});
}

TEST_CASE("a view alone keeps its elements from being overwritten") {
  Variable v(constant({1.f, 2.f}));
  const Tensor row = v.value()[1];
  v.assign_sub(10);
  CHECK(row.item<float>() == 2);
  CHECK(values<float>(v.value()) == Floats{-9, -8});
}

TEST_CASE("a variable can be assigned from itself") {
  Variable v(constant({1.f, 2.f}));
  v.assign(v);
  v.assign_add(v);
  CHECK(values<float>(v.value()) == Floats{2, 4});
  v.assign_sub(v.value());
  CHECK(values<float>(v.value()) == Floats{0, 0});
}

TEST_CASE("errors leave the variable as it was") {
  Variable v(constant({1.f, 2.f}), {.name = "kernel"});
  const float* before = v.value().data<float>().data();
  CHECK_THROWS_WITH_AS(v.assign(zeros({3})),
                       Contains("the variable kernel with shape (2,) and dtype float32 a value with shape (3,)"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(v.assign(zeros({2}, float64)), InvalidArgumentError);
  CHECK_THROWS_AS(v.assign(1), InvalidArgumentError);
  CHECK_THROWS_AS(v.assign_add(zeros({1})), InvalidArgumentError);
  CHECK_THROWS_AS(v.assign_add(zeros({2}, int32)), InvalidArgumentError);
  CHECK_THROWS_AS(v.assign_sub(Tensor()), FailedPreconditionError);
  CHECK_THROWS_AS(v.assign(Tensor()), FailedPreconditionError);
  Variable n(3);
  CHECK_THROWS_AS(n.assign_add(0.5), InvalidArgumentError);
  CHECK(n.value().item<int>() == 3);
  CHECK(values<float>(v.value()) == Floats{1, 2});
  CHECK(v.value().data<float>().data() == before);
}

TEST_CASE("a bool variable is assigned, and cannot be added to") {
  Variable flag(false);
  flag.assign(true);
  CHECK(flag.value().item<bool>());
  CHECK_THROWS_AS(flag.assign_add(true), InvalidArgumentError);
  CHECK(flag.value().item<bool>());
}

TEST_CASE("copies of the handle share the state") {
  Variable v(1.f);
  Variable same = v;
  same.assign(4.f);
  same.set_name("renamed");
  CHECK(v.value().item<float>() == 4);
  CHECK(v.name() == "renamed");
  CHECK(v.is_same(same));
  CHECK(v.id() == same.id());
  CHECK_FALSE(v.is_same(Variable(4.f)));
}

TEST_CASE("the id stays when the value is replaced") {
  Variable v(constant({1.f}));
  const std::uint64_t id = v.id();
  const Tensor held = v.value();
  v.assign(constant({2.f}));
  CHECK(v.id() == id);
  CHECK(v.value().id() == id);
}

TEST_CASE("a default Variable is not one yet") {
  Variable v;
  CHECK_FALSE(v);
  CHECK_FALSE(v.is_built());
  CHECK_THROWS_AS(v.value(), FailedPreconditionError);
  CHECK_THROWS_AS(v.assign(1.f), FailedPreconditionError);
  v = Variable(2.f);
  CHECK(v.value().item<float>() == 2);
}

TEST_CASE("a deferred variable is built once") {
  int calls = 0;
  Variable v = Variable::deferred(
      [&calls](const Shape& shape, DType dtype) {
        ++calls;
        return ones(shape, dtype);
      },
      float64, {.name = "kernel"});
  CHECK(v);
  CHECK_FALSE(v.is_built());
  CHECK(v.dtype() == float64);
  CHECK_THROWS_WITH_AS(v.value(), Contains("the variable kernel has no value before build()"),
                       FailedPreconditionError);
  CHECK_THROWS_AS(v.assign(constant(1.0, float64)), FailedPreconditionError);
  Variable copy = v;
  v.build({2, 3});
  v.build({2, 3});
  CHECK(calls == 1);
  CHECK(copy.shape() == Shape{2, 3});
  CHECK_THROWS_WITH_AS(v.build({3, 2}), Contains("cannot be built again with (3, 2)"), InvalidArgumentError);
  CHECK(v.shape() == Shape{2, 3});
}

TEST_CASE("an initializer that gives something else, or throws, leaves the variable unbuilt") {
  Variable wrong = Variable::deferred([](const Shape&, DType) { return zeros({1}); }, float32, {});
  CHECK_THROWS_AS(wrong.build({2}), InvalidArgumentError);
  CHECK_FALSE(wrong.is_built());
  bool fail = true;
  Variable late = Variable::deferred(
      [&fail](const Shape& shape, DType dtype) {
        if (fail) throw NotFoundError("no file");
        return zeros(shape, dtype);
      },
      float32, {});
  CHECK_THROWS_AS(late.build({2}), NotFoundError);
  CHECK_FALSE(late.is_built());
  fail = false;
  late.build({2});
  CHECK(late.is_built());
}

TEST_CASE("a variable is an operand") {
  const Variable v(constant({1.f, 2.f}));
  CHECK(values<float>(2 * v + 1) == Floats{3, 5});
  CHECK(values<float>(-v) == Floats{-1, -2});
  CHECK(reduce_sum(v).item<float>() == 3);
}

TEST_CASE("a variable prints its name, shape, dtype and value") {
  std::ostringstream out;
  out << Variable(constant({1.f, 2.f}), {.name = "bias"});
  CHECK(out.str() == "<gt.Variable 'bias' shape=(2,) dtype=float32, value=[1. 2.]>");
}
