// The dtypes for storage (int8, int16, uint16, uint32, uint64), and string.
#include <doctest/doctest.h>

#include <limits>

#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/error.h"

using namespace gradtape;

namespace {

constexpr DType storage_dtypes[] = {int8, int16, uint16, uint32, uint64};
constexpr DType numeric_dtypes[] = {float32, float64, int32,  int64,  uint8, boolean,
                                    int8,    int16,   uint16, uint32, uint64};

}  // namespace

TEST_CASE("storage dtypes: names, sizes, and values from typed buffers") {
  CHECK(name_of(int8) == "int8");
  CHECK(name_of(uint64) == "uint64");
  CHECK(name_of(DType::string) == "string");
  CHECK(size_of(int16) == 2);
  CHECK(size_of(uint32) == 4);
  CHECK(is_integer(uint16));
  CHECK_FALSE(is_integer(DType::string));
  const Tensor x = constant(std::vector<std::int16_t>{-32768, 7, 32767});
  CHECK(x.dtype() == int16);
  CHECK(x.data<std::int16_t>()[2] == 32767);
  CHECK(to_string(x) == "tf.Tensor([-32768      7  32767], shape=(3,), dtype=int16)");
  CHECK(to_string(constant(std::vector<std::uint64_t>{18446744073709551615u})) ==
        "tf.Tensor([18446744073709551615], shape=(1,), dtype=uint64)");
  CHECK(constant({1, 2}, int8).dtype() == int8);
  CHECK_THROWS_AS(constant({1, 200}, int8), InvalidArgumentError);
}

TEST_CASE("storage dtypes: cast between every two numeric dtypes keeps 0, 1 and 100") {
  for (const DType from : numeric_dtypes)
    for (const DType to : numeric_dtypes) {
      INFO(name_of(from) << " to " << name_of(to));
      const Tensor x = cast(constant({0, 1, 100}, int32), from), y = cast(x, to);
      CHECK(y.dtype() == to);
      const bool through_bool = from == boolean || to == boolean;
      CHECK(values_to_string(cast(y, int32)) == (through_bool ? "[0 1 1]" : "[  0   1 100]"));
    }
}

TEST_CASE("storage dtypes: floating-point numbers saturate, integers wrap around") {
  const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor x = constant({-1e30f, -1.9f, 1.9f, 300.7f, 70000.f, infinity, nan});
  CHECK(values_to_string(cast(x, int8)) == "[-128   -1    1  127  127  127    0]");
  CHECK(values_to_string(cast(x, int16)) == "[-32768     -1      1    300  32767  32767      0]");
  CHECK(values_to_string(cast(x, uint16)) == "[    0     0     1   300 65535 65535     0]");
  CHECK(values_to_string(cast(x[5], uint32)) == "4294967295");
  CHECK(values_to_string(cast(x[6], uint32)) == "0");
  CHECK(cast(constant(1e30f), uint64).data<std::uint64_t>()[0] == std::numeric_limits<std::uint64_t>::max());
  CHECK(values_to_string(cast(constant({300, -1, 65536 + 3}), uint16)) == "[  300 65535     3]");
  CHECK(values_to_string(cast(constant({300, -1}), int8)) == "[44 -1]");
}

TEST_CASE("storage dtypes: indexing, moving and reducing") {
  for (const DType dtype : storage_dtypes) {
    INFO(name_of(dtype));
    const Tensor x = cast(constant({{1, 2, 3}, {4, 5, 6}}), dtype);
    const auto shows = [&](const Tensor& y, const char* text) {
      CHECK(y.dtype() == dtype);
      CHECK(values_to_string(y) == text);
    };
    shows(x[1], "[4 5 6]");
    shows(transpose(x), "[[1 4]\n [2 5]\n [3 6]]");
    shows(x.slice({0, 1}, {2, 2}), "[[2 3]\n [5 6]]");
    shows(gather(x, constant({2, 0}), 1), "[[3 1]\n [6 4]]");
    shows(concat({x, x}, 1), "[[1 2 3 1 2 3]\n [4 5 6 4 5 6]]");
    shows(stack({x[0], x[1]}, 1), "[[1 4]\n [2 5]\n [3 6]]");
    shows(broadcast_to(x[0], {2, 3}), "[[1 2 3]\n [1 2 3]]");
    shows(where(greater(x, cast(constant(3), dtype)), x, zeros_like(x)), "[[0 0 0]\n [4 5 6]]");
    shows(ones({2}, dtype), "[1 1]");
    shows(fill({2}, cast(constant(9), dtype)), "[9 9]");
    shows(reduce_sum(x, 0), "[5 7 9]");
    shows(reduce_max(x, 1), "[3 6]");
    shows(reduce_min(x), "1");
    shows(reduce_prod(x, 0), "[ 4 10 18]");
    shows(x + x, "[[ 2  4  6]\n [ 8 10 12]]");
    shows(x * 2, "[[ 2  4  6]\n [ 8 10 12]]");
    CHECK(values_to_string(argmax(x, 1)) == "[2 2]");
    CHECK(values_to_string(equal(x, x)) == "[[ True  True  True]\n [ True  True  True]]");
    CHECK(values_to_string(one_hot(cast(constant({2, 0}), dtype), 3)) == "[[0. 0. 1.]\n [1. 0. 0.]]");
    CHECK(x[0][2].item<int>() == 3);
  }
}

TEST_CASE("storage dtypes: the order of uint64 beyond int64") {
  const std::uint64_t large = 0xFFFFFFFFFFFFFFFFu;
  const Tensor x = constant(std::vector<std::uint64_t>{5, large, 7, 3});
  CHECK(reduce_max(x).data<std::uint64_t>()[0] == large);
  CHECK(reduce_min(x).data<std::uint64_t>()[0] == 3);
  CHECK(argmax(x).item<int>() == 1);
  CHECK(reduce_sum(x).data<std::uint64_t>()[0] == 14);  // modulo 2^64
  CHECK(values_to_string(x > constant(std::vector<std::uint64_t>{6})) == "[False  True  True False]");
}

TEST_CASE("storage dtypes: what has no arithmetic says so") {
  const Tensor x = ones({2}, int16);
  CHECK_THROWS_AS(exp(x), InvalidArgumentError);
  CHECK_THROWS_AS(matmul(ones({2, 2}, int8), ones({2, 2}, int8)), InvalidArgumentError);
  CHECK_THROWS_AS(x + 70000, InvalidArgumentError);
  CHECK_THROWS_AS(x + 0.5, InvalidArgumentError);
}

TEST_CASE("string: constants and printing") {
  CHECK(to_string(constant("gradient")) == "tf.Tensor(b'gradient', shape=(), dtype=string)");
  const Tensor x = constant({"a", "bc", ""});
  CHECK(x.dtype() == DType::string);
  CHECK(to_string(x) == "tf.Tensor([b'a' b'bc' b''], shape=(3,), dtype=string)");
  CHECK(constant("text").item<std::string>() == "text");
  CHECK(x[1].item<std::string>() == "bc");
  CHECK(strings_of(x) == std::vector<std::string>{"a", "bc", ""});
  CHECK(values_to_string(constant({{"a", "b"}, {"c", "d"}})) == "[[b'a' b'b']\n [b'c' b'd']]");
  CHECK(constant(std::vector<std::string>{"x", "y"}, {2, 1}).shape() == Shape{2, 1});
  CHECK(values_to_string(constant("it's \\ \n\xc3\xa9")) == R"(b"it's \\ \n\xc3\xa9")");
  CHECK(values_to_string(zeros({2}, DType::string)) == "[b'' b'']");
  CHECK_THROWS_AS(x.item<int>(), InvalidArgumentError);
  CHECK_THROWS_AS(constant(std::vector<std::string>{"x"}, {2}), InvalidArgumentError);
  CHECK_THROWS_AS(strings_of(constant(1)), InvalidArgumentError);
  CHECK_THROWS_AS(ones({2}, DType::string), InvalidArgumentError);
}

TEST_CASE("string: comparisons are by bytes") {
  const Tensor x = constant({"a", "b", "ab"});
  CHECK(values_to_string(x == "b") == "[False  True False]");
  CHECK(values_to_string(x != constant({"a", "b", "x"})) == "[False False  True]");
  CHECK(values_to_string(x < "b") == "[ True False  True]");
  CHECK(values_to_string(zeros({1}, DType::string) == "") == "[ True]");
  CHECK_THROWS_AS(x == 1, InvalidArgumentError);
  CHECK_THROWS_AS(constant(1) == "1", InvalidArgumentError);
}

TEST_CASE("string: elements outlive the tensors that they were moved from") {
  Tensor moved;
  {
    const Tensor x = constant({{"the first text, too long to lie inside its object", "b"}, {"c", "d"}});
    const Tensor y = constant({{"another text that is too long to lie inside its object", "f"}});
    moved = transpose(concat({x, y}, 0));
    moved = gather(moved, constant({2, 0}), 1);
    moved = where(constant({true, false}), moved, fill({2, 2}, constant("filled with a text that is not short")));
    moved = reshape(stack({moved, moved}), {-1})[constant(0).item<int>()];
  }
  const Tensor dirt = constant({"overwrites what was freed, if it was freed, by its own length"});
  CHECK(moved.item<std::string>() == "another text that is too long to lie inside its object");
}

TEST_CASE("string: variables, batches, and no arithmetic") {
  Variable v(constant({"a", "b"}), {.trainable = false});
  v.assign(constant({"c", "a text that is too long to lie inside its object"}));
  CHECK(values_to_string(v.value()) == "[b'c' b'a text that is too long to lie inside its object']");
  const Tensor x = constant({"a", "b"});
  CHECK_THROWS_AS(x + x, InvalidArgumentError);
  CHECK_THROWS_AS(reduce_sum(x), InvalidArgumentError);
  CHECK_THROWS_AS(argmax(x), InvalidArgumentError);
  CHECK_THROWS_AS(cast(x, float32), InvalidArgumentError);
  CHECK_THROWS_AS(cast(constant(1), DType::string), InvalidArgumentError);
  CHECK_THROWS_AS(one_hot(x, 2), InvalidArgumentError);
  CHECK_THROWS_AS(gather(x, x), InvalidArgumentError);
  CHECK_THROWS_AS(matmul(reshape(x, {2, 1}), reshape(x, {1, 2})), InvalidArgumentError);
}
