// The tables are Keras 2's for the same models.
#include <doctest/doctest.h>

#include "gradtape/gradtape.h"

using namespace gradtape;

namespace {

std::string summary_of(const nn::Model& model) {
  std::string text = "\n";
  model.summary({.print_fn = [&](const std::string& line) { text += line + "\n"; }});
  return text;
}

class Mlp : public nn::Model {
  nn::Dense hidden{4, {.name = "hidden"}}, output{1, {.name = "output"}};
  Tensors call(const Tensors& inputs, bool) override { return output(hidden(inputs)); }
};

}  // namespace

TEST_CASE("the summary of a Sequential") {
  nn::Sequential model(
      {
          nn::Flatten({.input_shape = {28, 28}, .name = "flatten"}),
          nn::Dense(300, {.activation = "relu", .name = "dense"}),
          nn::Dense(100, {.activation = "relu", .name = "dense_1"}),
          nn::Dense(10, {.activation = "softmax", .name = "dense_2"}),
      },
      {.name = "sequential"});
  CHECK(summary_of(model) == R"(
Model: "sequential"
_________________________________________________________________
Layer (type)                 Output Shape              Param #   
=================================================================
flatten (Flatten)            (None, 784)               0         
_________________________________________________________________
dense (Dense)                (None, 300)               235500    
_________________________________________________________________
dense_1 (Dense)              (None, 100)               30100     
_________________________________________________________________
dense_2 (Dense)              (None, 10)                1010      
=================================================================
Total params: 266,610
Trainable params: 266,610
Non-trainable params: 0
_________________________________________________________________
)");
}

TEST_CASE("frozen layers count as non-trainable, and long names are cut") {
  nn::Sequential model({nn::Dense(3, {.input_shape = {2}, .name = "a_layer_with_a_very_long_name"}),
                        nn::Dense(1, {.name = "head", .trainable = false})},
                       {.name = "frozen"});
  CHECK(summary_of(model) == R"(
Model: "frozen"
_________________________________________________________________
Layer (type)                 Output Shape              Param #   
=================================================================
a_layer_with_a_very_long_nam (None, 3)                 9         
_________________________________________________________________
head (Dense)                 (None, 1)                 4         
=================================================================
Total params: 13
Trainable params: 9
Non-trainable params: 4
_________________________________________________________________
)");
}

TEST_CASE("the summary of a functional model with branches says what is connected to what") {
  auto in = nn::Input({8}, {.name = "input"});
  auto hidden1 = nn::Dense(30, {.activation = "relu", .name = "hidden1"})(in);
  auto hidden2 = nn::Dense(30, {.activation = "relu", .name = "hidden2"})(hidden1);
  auto joined = nn::Concatenate({.name = "concat"})({in, hidden2});
  nn::Model model({in}, {nn::Dense(1, {.name = "output"})(joined)}, {.name = "model"});
  CHECK(summary_of(model) == R"(
Model: "model"
__________________________________________________________________________________________________
Layer (type)                    Output Shape         Param #     Connected to                     
==================================================================================================
input (InputLayer)              [(None, 8)]          0                                            
__________________________________________________________________________________________________
hidden1 (Dense)                 (None, 30)           270         input[0][0]                      
__________________________________________________________________________________________________
hidden2 (Dense)                 (None, 30)           930         hidden1[0][0]                    
__________________________________________________________________________________________________
concat (Concatenate)            (None, 38)           0           input[0][0]                      
                                                                 hidden2[0][0]                    
__________________________________________________________________________________________________
output (Dense)                  (None, 1)            39          concat[0][0]                     
==================================================================================================
Total params: 1,239
Trainable params: 1,239
Non-trainable params: 0
__________________________________________________________________________________________________
)");
}

TEST_CASE("a subclassed model has a summary once it has been called") {
  Mlp model;
  CHECK_THROWS_AS(model.summary(), FailedPreconditionError);
  model(zeros({1, 3}));
  CHECK(summary_of(model) == R"(
Model: "mlp"
_________________________________________________________________
Layer (type)                 Output Shape              Param #   
=================================================================
hidden (Dense)               (None, 4)                 16        
_________________________________________________________________
output (Dense)               (None, 1)                 5         
=================================================================
Total params: 21
Trainable params: 21
Non-trainable params: 0
_________________________________________________________________
)");
}
