#pragma once
// MNIST and Fashion-MNIST, from files on this machine.

#include <array>
#include <string_view>

#include "gradtape/autograd/tensor.h"

namespace gradtape::data {

/// n pictures and what they show.
struct LabelledImages {
  Tensor x;  ///< uint8 (n, 28, 28), 0 to 255
  Tensor y;  ///< uint8 (n), 0 to 9
};

/// 60,000 samples to train on and 10,000 to test with.
struct TrainAndTest {
  LabelledImages train, test;
};

/// tf.keras.datasets.fashion_mnist.load_data. The four idx files, as they were published or unpacked, are looked for
/// in $GRADTAPE_DATA/fashion-mnist, $GRADTAPE_DATA, the user's cache ($XDG_CACHE_HOME or
/// ~/.cache)/gradtape/fashion-mnist, and where the Debian package dataset-fashion-mnist puts them; nothing is
/// downloaded. The first folder with all four counts. Throws NotFoundError, which says where it looked and how to get
/// them; DataLossError for files that are damaged, mislabelled or do not belong together.
TrainAndTest fashion_mnist();

/// What Fashion-MNIST's labels mean.
const std::array<std::string_view, 10>& fashion_mnist_class_names();

/// tf.keras.datasets.mnist.load_data: the same for handwritten digits, in folders named mnist.
TrainAndTest mnist();

}  // namespace gradtape::data
