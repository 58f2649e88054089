#pragma once
// What gradtape throws. The classes are named as TensorFlow's.

#include <exception>
#include <string>
#include <string_view>

#include "gradtape/autograd/where.h"

namespace gradtape {

/// The base of every error that gradtape throws. The text is one line: "[op] sentence in layer/path, at file:line".
class Error : public std::exception {
 public:
  explicit Error(std::string message) : text_(std::move(message)) {}
  const char* what() const noexcept override { return text_.c_str(); }

  /// Puts "[op]" before the message and the layer path and line behind it, unless an inner call has done so.
  /// For code between the place that throws and the user; a user's program has no need of it.
  void add_context(std::string_view op, std::string_view layer_path, Where where);

 private:
  std::string text_;
  bool has_context_ = false;
};

/// An argument has a shape, dtype or value that the call does not accept.
class InvalidArgumentError : public Error {
  using Error::Error;
};
/// A file, data set, name or key does not exist.
class NotFoundError : public Error {
  using Error::Error;
};
/// A file is truncated or its content contradicts itself.
class DataLossError : public Error {
  using Error::Error;
};
/// An index lies outside its range.
class OutOfRangeError : public Error {
  using Error::Error;
};
/// The call comes at a time when it cannot be served: a model that is not compiled, a tape used twice.
class FailedPreconditionError : public Error {
  using Error::Error;
};
/// Memory or another resource is exhausted.
class ResourceExhaustedError : public Error {
  using Error::Error;
};
/// The operation exists but not for this case.
class UnimplementedError : public Error {
  using Error::Error;
};
/// The system refused: a file that cannot be written.
class PermissionDeniedError : public Error {
  using Error::Error;
};

}  // namespace gradtape
