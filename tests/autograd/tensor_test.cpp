#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <thread>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;
using doctest::Contains;

TEST_CASE("literals have TensorFlow's dtypes") {
  CHECK(constant(1.5f).dtype() == float32);
  CHECK(constant(1.5).dtype() == float32);
  CHECK(constant(1).dtype() == int32);
  CHECK(constant(std::int64_t{1} << 40).dtype() == int64);
  CHECK(constant(true).dtype() == boolean);
  CHECK(constant({1.0, 2.0}).dtype() == float32);
  CHECK(constant({1.0, 2.0}, float64).dtype() == float64);
  CHECK(constant({1, 2, 3}).dtype() == int32);
  CHECK(constant({true, false}).dtype() == boolean);
  CHECK(constant({{1.f, 2.f}, {3.f, 4.f}}).dtype() == float32);
  CHECK(constant(3, float64).item<double>() == 3.0);
}

TEST_CASE("a double in a float64 literal keeps all its digits") {
  CHECK(constant(0.1, float64).item<double>() == 0.1);
  CHECK(values<double>(constant({0.1, 0.2}, float64)) == std::vector<double>{0.1, 0.2});
  CHECK(constant(0.1).item<double>() == static_cast<double>(0.1f));
}

TEST_CASE("a typed buffer keeps its dtype") {
  CHECK(constant(std::vector<double>{1, 2}).dtype() == float64);
  CHECK(constant(std::vector<std::int64_t>{1, 2}).dtype() == int64);
  CHECK(constant(std::vector<std::uint8_t>{1, 2}).dtype() == uint8);
  const std::vector<float> buffer = {0, 1, 2, 3, 4, 5};
  CHECK(constant(buffer, {2, 3}).shape() == Shape{2, 3});
  CHECK(values<float>(constant(std::span<const float>(buffer).subspan(2), {2, 2})) == std::vector<float>{2, 3, 4, 5});
  CHECK_THROWS_WITH_AS(constant(buffer, {4, 2}), Contains("[constant] 6 values for the shape (4, 2), which has 8"),
                       InvalidArgumentError);
}

TEST_CASE("literals nest up to four levels, row-major") {
  const Tensor x = constant({{{1, 2}, {3, 4}, {5, 6}}, {{7, 8}, {9, 10}, {11, 12}}});
  CHECK(x.shape() == Shape{2, 3, 2});
  CHECK(values<std::int32_t>(x) == std::vector<std::int32_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  CHECK(constant({{{{1.f}}}}).shape() == Shape{1, 1, 1, 1});
  CHECK(constant({{true}, {false}}).shape() == Shape{2, 1});
}

TEST_CASE("ragged literals are refused") {
  CHECK_THROWS_WITH_AS(constant({{1.f, 2.f}, {3.f}}), Contains("differ in length"), InvalidArgumentError);
  CHECK_THROWS_AS(constant({{{1}, {2}}, {{3}}}), InvalidArgumentError);
}

TEST_CASE("a literal that the dtype cannot hold is refused") {
  CHECK_THROWS_WITH_AS(constant({1.5, 2.0}, int32), Contains("int32"), InvalidArgumentError);
  CHECK_THROWS_AS(constant({300}, uint8), InvalidArgumentError);
  CHECK_THROWS_AS(constant(-1, uint8), InvalidArgumentError);
  CHECK_THROWS_AS(constant(2.5, int32), InvalidArgumentError);
  CHECK_THROWS_AS(constant(1e12, int32), InvalidArgumentError);
  CHECK(values<std::int32_t>(constant({1.0, 2.0}, int32)) == std::vector<std::int32_t>{1, 2});
}

TEST_CASE("item needs one element and converts it") {
  CHECK(constant(2.5f).item<float>() == 2.5f);
  CHECK(constant({{7}}).item<double>() == 7.0);
  CHECK(constant(2.75f).item<int>() == 2);
  CHECK(constant((std::int64_t{1} << 60) + 1).item<std::int64_t>() == (std::int64_t{1} << 60) + 1);
  CHECK(constant(true).item<bool>());
  CHECK_THROWS_WITH_AS(constant({1, 2}).item<int>(), Contains("got shape (2,)"), InvalidArgumentError);
  CHECK_THROWS_AS(zeros({0}).item<float>(), InvalidArgumentError);
}

TEST_CASE("data needs the tensor's own type") {
  CHECK(constant({1.f, 2.f}).data<float>().size() == 2);
  CHECK_THROWS_WITH_AS(constant({1.f}).data<double>(), Contains("data<float64>() on a tensor of dtype float32"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(constant({1}).data<std::int64_t>(), InvalidArgumentError);
  CHECK(zeros({0, 3}).data<float>().empty());
}

TEST_CASE("the first axis is indexed, from either end") {
  const Tensor x = constant({{1, 2}, {3, 4}, {5, 6}});
  CHECK(values<std::int32_t>(x[1]) == std::vector<std::int32_t>{3, 4});
  CHECK(values<std::int32_t>(x[-1]) == std::vector<std::int32_t>{5, 6});
  CHECK(x[-3][0].item<int>() == 1);
  const int line = __LINE__ + 1;
  CHECK_THROWS_WITH_AS(x[3], Contains(("tensor_test.cpp:" + std::to_string(line)).c_str()), OutOfRangeError);
  CHECK_THROWS_AS(x[-4], OutOfRangeError);
  CHECK_THROWS_AS(zeros({0, 2})[0], OutOfRangeError);
  CHECK_THROWS_AS(constant(1.f)[0], InvalidArgumentError);
}

TEST_CASE("rows, leading slices and reshapes share memory; others do not") {
  const Tensor x = counting<float>({4, 3});
  const float* first = x.data<float>().data();
  CHECK(x[2].data<float>().data() == first + 6);
  CHECK(x.slice({1, 0}, {2, 3}).data<float>().data() == first + 3);
  CHECK(reshape(x, {2, -1}).data<float>().data() == first);
  CHECK(reshape(x[3], {3, 1}).data<float>().data() == first + 9);
  CHECK(values<float>(x.slice({1, 1}, {2, -1})) == std::vector<float>{4, 5, 7, 8});
}

TEST_CASE("a view keeps the elements alive") {
  Tensor row;
  {
    const Tensor x = counting<float>({4, 3});
    row = x[2];
  }
  const Tensor other = full({4, 3}, 9.f);  // would take the freed block
  CHECK(values<float>(row) == std::vector<float>{6, 7, 8});
  CHECK(other[0].data<float>()[0] == 9);
}

TEST_CASE("copying a handle shares the elements; moving empties the source") {
  Tensor x = constant({1.f, 2.f});
  const Tensor y = x;
  CHECK(y.data<float>().data() == x.data<float>().data());
  CHECK(y.id() == x.id());
  const Tensor z = std::move(x);
  CHECK_FALSE(x);  // NOLINT: what moving leaves is documented
  CHECK(z.id() == y.id());
}

TEST_CASE("an empty tensor says why it is when used") {
  const Tensor none;
  CHECK_FALSE(none);
  CHECK(none.why_empty() == "nothing was assigned to it");
  CHECK_THROWS_WITH_AS(none.shape(), "the tensor is empty: nothing was assigned to it", FailedPreconditionError);
  CHECK_THROWS_AS(none.dtype(), FailedPreconditionError);
  CHECK_THROWS_AS(none.item<float>(), FailedPreconditionError);
  CHECK_THROWS_AS(none.data<float>(), FailedPreconditionError);
  CHECK_THROWS_AS(none.id(), FailedPreconditionError);
  CHECK_THROWS_AS(none[0], FailedPreconditionError);
  CHECK_THROWS_WITH_AS(none + 1, Contains("the tensor is empty"), FailedPreconditionError);
  CHECK_THROWS_AS(matmul(none, none), FailedPreconditionError);
  CHECK_THROWS_AS(reduce_sum(none), FailedPreconditionError);
  CHECK_THROWS_AS(reduce_mean(none), FailedPreconditionError);
  CHECK_THROWS_AS(cast(none, float64), FailedPreconditionError);
  CHECK_THROWS_AS(where(none, 1.f, 2.f), FailedPreconditionError);
  CHECK_THROWS_AS(softmax(none), FailedPreconditionError);
  CHECK_THROWS_AS(concat({none, none}, 0), FailedPreconditionError);
  CHECK(constant(1).why_empty().empty());
}

TEST_CASE("absurd sizes are errors that leave the pool as it was") {
  const std::uint64_t before = memory_statistics().bytes_in_use;
  const std::int64_t huge = std::int64_t{1} << 40;
  CHECK_THROWS_WITH_AS(zeros({-1, 2}), Contains("(None, 2)"), InvalidArgumentError);
  CHECK_THROWS_AS(zeros({huge, huge}), ResourceExhaustedError);
  CHECK_THROWS_AS(zeros({huge, huge, huge, huge}, float64), ResourceExhaustedError);
  CHECK_THROWS_WITH_AS(zeros({huge, 1 << 20}), Contains("bytes"), ResourceExhaustedError);
  CHECK_THROWS_AS(ones({std::int64_t{1} << 62}, float64), ResourceExhaustedError);
  CHECK_THROWS_AS(zeros({std::int64_t{1} << 62}), ResourceExhaustedError);
  CHECK_THROWS_AS(broadcast_to(zeros({1}), {huge, huge}), ResourceExhaustedError);
  CHECK_THROWS_AS(constant(std::vector<float>{1}, {huge, huge}), ResourceExhaustedError);
  CHECK(memory_statistics().bytes_in_use == before);
  CHECK(zeros({huge, huge, 0}).num_elements() == 0);
}

TEST_CASE("ids are unique in the process") {
  constexpr int each = 1000;
  std::vector<std::uint64_t> ids[3];
  std::vector<std::thread> threads;
  for (auto& own : ids)
    threads.emplace_back([&own] {
      for (int i = 0; i < each; ++i) own.push_back(constant(1.f).id());
    });
  for (std::thread& thread : threads) thread.join();
  std::set<std::uint64_t> all;
  for (const auto& own : ids) all.insert(own.begin(), own.end());
  CHECK(all.size() == 3 * each);
  const Tensor x = zeros({2, 2});
  CHECK(x[0].id() != x.id());
  CHECK(reshape(x, {4}).id() != x.id());
}

TEST_CASE("Tensors is one tensor or several") {
  const Tensor x = constant(1.f), y = constant(2.f);
  const Tensors one = x, two = {x, y};
  CHECK(one.size() == 1);
  CHECK(one.single().id() == x.id());
  CHECK(two[1].id() == y.id());
  CHECK((two[0] + two[1]).item<float>() == 3);
  CHECK((one + 1).item<float>() == 2);
  CHECK(static_cast<std::vector<Tensor>>(two).size() == 2);
  CHECK(Tensors().empty());
  CHECK_THROWS_WITH_AS(two.single(), Contains("a list of 2"), InvalidArgumentError);
  CHECK_THROWS_AS(two[2], OutOfRangeError);
}
