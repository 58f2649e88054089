#include <doctest/doctest.h>

#include "autograd/tensor_values.h"
#include "gradtape/autograd/autograd.h"

using namespace gradtape;

namespace {
using Ints = std::vector<std::int32_t>;
constexpr DType every_dtype[] = {float32, float64, int32, int64, uint8, boolean, int8, int16, uint16, uint32, uint64};
}  // namespace

TEST_CASE("pad: with a constant") {
  const Tensor x = constant({{1, 2, 3}, {4, 5, 6}});
  // The examples of tf.pad.
  const Ints zeros_around{0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  CHECK(values<std::int32_t>(pad(x, {{1, 1}, {2, 2}})) == zeros_around);
  CHECK(values<std::int32_t>(pad(x, constant({{1, 1}, {2, 2}}))) == zeros_around);
  CHECK(values<std::int32_t>(pad(constant({1}), {{1, 2}}, "CONSTANT", 9)) == Ints{9, 1, 9, 9});
  CHECK(values<std::int32_t>(pad(constant({1}), {{1, 0}}, "constant", constant(7))) == Ints{7, 1});
  CHECK(pad(zeros({0, 2}), {{1, 1}, {0, 0}}).shape() == Shape{2, 2});
  CHECK(pad(constant(4), {}).item<int>() == 4);
  for (DType dtype : every_dtype) {
    const Tensor y = pad(cast(constant({1, 1}), dtype), {{1, 2}});
    CHECK(y.dtype() == dtype);
    CHECK(values<std::int32_t>(cast(y, int32)) == Ints{0, 1, 1, 0, 0});
  }
  CHECK(values<std::int32_t>(cast(pad(constant({false}), {{0, 1}}, "CONSTANT", true), int32)) == Ints{0, 1});
}

TEST_CASE("pad: mirrored without and with the edge") {
  const Tensor x = constant({{1, 2, 3}, {4, 5, 6}});
  // The examples of tf.pad.
  CHECK(values<std::int32_t>(pad(x, {{1, 1}, {2, 2}}, "REFLECT")) ==
        Ints{6, 5, 4, 5, 6, 5, 4, 3, 2, 1, 2, 3, 2, 1, 6, 5, 4, 5, 6, 5, 4, 3, 2, 1, 2, 3, 2, 1});
  CHECK(values<std::int32_t>(pad(x, {{1, 1}, {2, 2}}, "SYMMETRIC")) ==
        Ints{2, 1, 1, 2, 3, 3, 2, 2, 1, 1, 2, 3, 3, 2, 5, 4, 4, 5, 6, 6, 5, 5, 4, 4, 5, 6, 6, 5});
  CHECK(values<std::int32_t>(pad(constant({1, 2}), {{2, 0}}, "SYMMETRIC")) == Ints{2, 1, 1, 2});
  CHECK(values<std::int32_t>(pad(constant({1, 2}), {{1, 1}}, "reflect")) == Ints{2, 1, 2, 1});
}

TEST_CASE("pad: the gradient at mirrored elements adds up") {
  const Tensor x = constant({1.f, 2.f, 3.f});
  struct Case {
    const char* mode;
    Paddings paddings;
    std::vector<float> sums;  // how often each element stands in the result
  };
  // REFLECT {2, 1}: 3 2 1 2 3 2; SYMMETRIC {2, 1}: 2 1 1 2 3 3.
  for (const Case& each : {Case{"REFLECT", {{2, 1}}, {1, 3, 2}}, Case{"SYMMETRIC", {{2, 1}}, {2, 2, 2}},
                           Case{"CONSTANT", {{2, 1}}, {1, 1, 1}}}) {
    GradientTape tape;
    tape.watch(x);
    const Tensor y = pad(x, each.paddings, each.mode);
    CHECK(values<float>(tape.gradient(y, x)) == each.sums);
  }
}

TEST_CASE("pad: refuses what does not fit") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH_AS(pad(x, {{1, 1}}),
                       doctest::Contains("[pad] there are 1 paddings; one is needed for each axis of shape (2, 3)"),
                       InvalidArgumentError);
  CHECK_THROWS_AS(pad(x, {{1, 1}, {-1, 0}}), InvalidArgumentError);
  CHECK_THROWS_AS(pad(x, constant({1, 1})), InvalidArgumentError);
  CHECK_THROWS_AS(pad(x, constant({{1, 1, 1}, {1, 1, 1}})), InvalidArgumentError);
  CHECK_THROWS_AS(pad(x, constant({{1.f, 1.f}, {1.f, 1.f}})), InvalidArgumentError);
  CHECK_THROWS_AS(pad(x, {{2, 0}, {0, 0}}, "REFLECT"), InvalidArgumentError);
  CHECK_NOTHROW(pad(x, {{2, 0}, {0, 3}}, "SYMMETRIC"));
  CHECK_THROWS_AS(pad(x, {{3, 0}, {0, 0}}, "SYMMETRIC"), InvalidArgumentError);
  CHECK_THROWS_AS(pad(zeros({0}), {{1, 0}}, "SYMMETRIC"), InvalidArgumentError);
  CHECK_THROWS_AS(pad(x, {{0, 0}, {0, 0}}, "EDGE"), InvalidArgumentError);
  CHECK_THROWS_AS(pad(constant({1}), {{1, 1}}, "CONSTANT", 0.5), InvalidArgumentError);
  CHECK_THROWS_AS(pad(x, {{1, 1}, {1, 1}}, "CONSTANT", constant({1.f, 2.f})), InvalidArgumentError);
  CHECK_THROWS_AS(pad(x, {{INT64_MAX, 1}, {0, 0}}), ResourceExhaustedError);
  CHECK_THROWS_AS(pad(x, {{std::int64_t{1} << 60, 1}, {0, 0}}), ResourceExhaustedError);
  CHECK_THROWS_AS(pad(Tensor(), {{1, 1}}), FailedPreconditionError);
}

TEST_CASE("reverse and the flips turn axes around") {
  const Tensor x = constant({{1, 2, 3}, {4, 5, 6}});
  CHECK(values<std::int32_t>(reverse(x, 0)) == Ints{4, 5, 6, 1, 2, 3});
  CHECK(values<std::int32_t>(reverse(x, {0, -1})) == Ints{6, 5, 4, 3, 2, 1});
  CHECK(values<std::int32_t>(flip(x)) == Ints{6, 5, 4, 3, 2, 1});
  CHECK(values<std::int32_t>(flipud(x)) == Ints{4, 5, 6, 1, 2, 3});
  CHECK(values<std::int32_t>(fliplr(x)) == Ints{3, 2, 1, 6, 5, 4});
  CHECK_THROWS_AS(reverse(x, {0, -2}), InvalidArgumentError);
  CHECK_THROWS_AS(reverse(x, 2), InvalidArgumentError);
  CHECK_THROWS_AS(fliplr(constant({1, 2})), InvalidArgumentError);
  for (DType dtype : every_dtype)
    CHECK(values<std::int32_t>(cast(reverse(cast(constant({0, 1, 1}), dtype), 0), int32)) == Ints{1, 1, 0});
}

TEST_CASE("roll: moves elements on and around the end") {
  const Tensor x = constant({0, 1, 2, 3, 4});
  // The examples of tf.roll.
  CHECK(values<std::int32_t>(roll(x, 2, 0)) == Ints{3, 4, 0, 1, 2});
  const Tensor t = reshape(range(0, 10), {2, 5});
  CHECK(values<std::int32_t>(roll(t, {1, -2}, {0, 1})) == Ints{7, 8, 9, 5, 6, 2, 3, 4, 0, 1});
  CHECK(values<std::int32_t>(roll(t, {2, -3}, {1, 1})) == Ints{1, 2, 3, 4, 0, 6, 7, 8, 9, 5});
  CHECK(values<std::int32_t>(roll(x, INT64_MIN, 0)) == values<std::int32_t>(roll(x, INT64_MIN % 5, 0)));
  CHECK(values<std::int32_t>(roll(x, -11, 0)) == Ints{1, 2, 3, 4, 0});
  CHECK(roll(zeros({0}), 3, 0).shape() == Shape{0});
  CHECK_THROWS_AS(roll(t, {1}, {0, 1}), InvalidArgumentError);
  CHECK_THROWS_AS(roll(t, 1, 2), InvalidArgumentError);
  CHECK_THROWS_AS(roll(constant(1), 1, 0), InvalidArgumentError);
}

TEST_CASE("rot90: counter-clockwise") {
  const Tensor x = constant({{1, 2}, {3, 4}});
  // The examples of numpy.rot90.
  CHECK(values<std::int32_t>(rot90(x)) == Ints{2, 4, 1, 3});
  CHECK(values<std::int32_t>(rot90(x, 2)) == Ints{4, 3, 2, 1});
  const Tensor cube = counting<std::int32_t>({2, 2, 2});
  CHECK(values<std::int32_t>(rot90(cube, 1, {1, 2})) == Ints{1, 3, 0, 2, 5, 7, 4, 6});
  CHECK(values<std::int32_t>(rot90(x, 5)) == values<std::int32_t>(rot90(x, -3)));
  CHECK(values<std::int32_t>(rot90(x, 3)) == Ints{3, 1, 4, 2});
  CHECK(rot90(zeros({2, 3})).shape() == Shape{3, 2});
  CHECK_THROWS_AS(rot90(x, 1, {0, 0}), InvalidArgumentError);
  CHECK_THROWS_AS(rot90(x, 1, 0), InvalidArgumentError);
  CHECK_THROWS_AS(rot90(constant({1})), InvalidArgumentError);
}

TEST_CASE("image: transpose and turns of one image and of a batch") {
  const Tensor picture = reshape(constant({1, 2, 3, 4, 5, 6}), {2, 3, 1}), batch = expand_dims(picture, 0);
  CHECK(image::transpose(batch).shape() == Shape{1, 3, 2, 1});
  CHECK(values<std::int32_t>(image::transpose(picture)) == Ints{1, 4, 2, 5, 3, 6});
  CHECK(values<std::int32_t>(image::rot90(picture)) == Ints{3, 6, 2, 5, 1, 4});
  CHECK(values<std::int32_t>(image::rot90(batch, 3)) == Ints{4, 1, 5, 2, 6, 3});
  CHECK_THROWS_AS(image::rot90(zeros({2, 3})), InvalidArgumentError);
}

TEST_CASE("reverse_sequence: turns the beginning of each part around") {
  const Tensor x = constant({{1, 2, 3, 0, 0}, {4, 5, 0, 0, 0}, {1, 2, 3, 4, 5}});
  CHECK(values<std::int32_t>(reverse_sequence(x, constant({3, 2, 5}), 1)) ==
        Ints{3, 2, 1, 0, 0, 5, 4, 0, 0, 0, 5, 4, 3, 2, 1});
  CHECK(values<std::int32_t>(reverse_sequence(transpose(x), constant({3, 2, 5}, int64), 0, 1)) ==
        Ints{3, 5, 5, 2, 4, 4, 1, 0, 3, 0, 0, 2, 0, 0, 1});
  CHECK(values<std::int32_t>(reverse_sequence(x, constant({0, 1, 0}), 1)) == values<std::int32_t>(x));
  CHECK_THROWS_AS(reverse_sequence(x, constant({3, 2, 6}), 1), InvalidArgumentError);
  CHECK_THROWS_AS(reverse_sequence(x, constant({3, -1, 5}), 1), InvalidArgumentError);
  CHECK_THROWS_AS(reverse_sequence(x, constant({3, 2}), 1), InvalidArgumentError);
  CHECK_THROWS_AS(reverse_sequence(x, constant({3, 2, 5}), 0), InvalidArgumentError);
  CHECK_THROWS_AS(reverse_sequence(x, constant({3.f, 2.f, 5.f}), 1), InvalidArgumentError);
}

TEST_CASE("sequence_mask: true up to each length") {
  // The examples of tf.sequence_mask.
  CHECK(values<std::int32_t>(cast(sequence_mask(constant({1, 3, 2}), 5), int32)) ==
        Ints{1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0});
  const Tensor nested = sequence_mask(constant({{1, 3}, {2, 0}}));
  CHECK(nested.shape() == Shape{2, 2, 3});
  CHECK(nested.dtype() == boolean);
  CHECK(values<std::int32_t>(cast(nested, int32)) == Ints{1, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0});
  CHECK(sequence_mask(constant(2), 3, float32).dtype() == float32);
  CHECK(sequence_mask(zeros({0}, int32)).shape() == Shape{0, 0});
  CHECK_THROWS_AS(sequence_mask(constant({1.f})), InvalidArgumentError);
  CHECK_THROWS_AS(sequence_mask(constant({1}), -1), InvalidArgumentError);
  CHECK_THROWS_AS(sequence_mask(constant({1}), INT64_MAX), ResourceExhaustedError);
}

TEST_CASE("space_to_depth and depth_to_space: blocks become channels and come back") {
  // The examples of tf.nn.space_to_depth.
  const Tensor x = reshape(constant({1, 2, 5, 6, 3, 4, 7, 8, 9, 10, 13, 14, 11, 12, 15, 16}), {1, 4, 4, 1});
  const Tensor y = space_to_depth(x, 2);
  CHECK(y.shape() == Shape{1, 2, 2, 4});
  CHECK(values<std::int32_t>(y) == Ints{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
  CHECK(values<std::int32_t>(depth_to_space(y, 2)) == values<std::int32_t>(x));
  const Tensor pixels = reshape(constant({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}), {1, 2, 2, 3});
  CHECK(values<std::int32_t>(space_to_depth(pixels, 2)) == values<std::int32_t>(pixels));
  // Channels first is the same with the axes moved.
  const Tensor images = counting<std::int32_t>({2, 4, 6, 3});
  const Tensor first = space_to_depth(transpose(images, {0, 3, 1, 2}), 2, {.data_format = "NCHW"});
  CHECK(reduce_all(equal(transpose(first, {0, 2, 3, 1}), space_to_depth(images, 2))).item<bool>());
  CHECK(reduce_all(equal(depth_to_space(first, 2, {.data_format = "NCHW"}), transpose(images, {0, 3, 1, 2})))
            .item<bool>());
  CHECK_THROWS_AS(space_to_depth(images, 4), InvalidArgumentError);
  CHECK_THROWS_AS(space_to_depth(images, 1), InvalidArgumentError);
  CHECK_THROWS_AS(space_to_depth(zeros({4, 4, 1}), 2), InvalidArgumentError);
  CHECK_THROWS_AS(depth_to_space(images, 2), InvalidArgumentError);
  CHECK_THROWS_AS(space_to_depth(images, 2, {.data_format = "NCHW_VECT_C"}), InvalidArgumentError);
}

TEST_CASE("space_to_batch and batch_to_space: blocks become batches and come back") {
  // The examples of tf.space_to_batch.
  const Tensor x = reshape(range(1, 17), {1, 4, 4, 1});
  const Tensor y = space_to_batch(x, {2, 2}, {{0, 0}, {0, 0}});
  CHECK(y.shape() == Shape{4, 2, 2, 1});
  CHECK(values<std::int32_t>(y) == Ints{1, 3, 9, 11, 2, 4, 10, 12, 5, 7, 13, 15, 6, 8, 14, 16});
  CHECK(values<std::int32_t>(batch_to_space(y, {2, 2}, {{0, 0}, {0, 0}})) == values<std::int32_t>(x));
  const Tensor z = space_to_batch(reshape(range(1, 17), {2, 2, 4, 1}), {2, 2}, constant({{0, 0}, {2, 0}}));
  CHECK(z.shape() == Shape{8, 1, 3, 1});
  CHECK(values<std::int32_t>(z) ==
        Ints{0, 1, 3, 0, 9, 11, 0, 2, 4, 0, 10, 12, 0, 5, 7, 0, 13, 15, 0, 6, 8, 0, 14, 16});
  CHECK(values<std::int32_t>(batch_to_space(z, {2, 2}, {{0, 0}, {2, 0}})) == values<std::int32_t>(range(1, 17)));
  const Tensor volume = counting<std::int32_t>({1, 2, 4, 6, 2});
  CHECK(space_to_batch(volume, {2, 2, 3}, {{0, 0}, {0, 0}, {0, 0}}).shape() == Shape{12, 1, 2, 2, 2});
  CHECK_THROWS_AS(space_to_batch(x, {3, 2}, {{0, 0}, {0, 0}}), InvalidArgumentError);
  CHECK_THROWS_AS(space_to_batch(x, {2, 2}, {{0, 0}}), InvalidArgumentError);
  CHECK_THROWS_AS(space_to_batch(x, {2, 0}, {{0, 0}, {0, 0}}), InvalidArgumentError);
  CHECK_THROWS_AS(space_to_batch(x, {2, 2}, {{-1, 1}, {0, 0}}), InvalidArgumentError);
  CHECK_THROWS_AS(batch_to_space(x, {2, 2}, {{0, 0}, {0, 0}}), InvalidArgumentError);
  CHECK_THROWS_AS(batch_to_space(y, {2, 2}, {{3, 2}, {0, 0}}), InvalidArgumentError);
}

TEST_CASE("texts are rearranged like any elements") {
  const Tensor x = constant({"a", "b", "c", "d"});
  const auto texts = [](const Tensor& tensor) {
    std::string all_texts;
    for (const std::string& text : strings_of(tensor)) all_texts += text + ".";
    return all_texts;
  };
  CHECK(texts(x(Slice(none, none, -2))) == "d.b.");
  CHECK(texts(x[constant({true, false, false, true})]) == "a.d.");
  CHECK(texts(reverse(x, 0)) == "d.c.b.a.");
  CHECK(texts(roll(x, 1, 0)) == "d.a.b.c.");
  CHECK(texts(tile(x[Slice(0, 2)], {2})) == "a.b.a.b.");
  CHECK(texts(repeat(x[Slice(0, 2)], {1, 2}, 0)) == "a.b.b.");
  CHECK(texts(split(x, 2)[1]) == "c.d.");
  CHECK(texts(unstack(reshape(x, {2, 2}), none, 1)[1]) == "b.d.");
  CHECK(texts(concat({x, x[Slice(0, 1)]}, 0)) == "a.b.c.d.a.");
  CHECK(texts(pad(x, {{1, 0}})) == ".a.b.c.d.");
  CHECK(texts(pad(x, {{0, 1}}, "CONSTANT", std::string("end"))) == "a.b.c.d.end.");
  CHECK(texts(pad(x, {{1, 1}}, "REFLECT")) == "b.a.b.c.d.c.");
  CHECK(texts(rot90(reshape(x, {2, 2}))) == "b.d.a.c.");
  CHECK(texts(broadcast_to(x[0], {2})) == "a.a.");
}
