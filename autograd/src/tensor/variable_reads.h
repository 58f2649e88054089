#pragma once
// Which Variables a function reads, and running it again with the values that they had.

#include <vector>

#include "gradtape/autograd/variable.h"

namespace gradtape::detail {

/// While it lives, notes the Variables whose values are read on this thread, each with its first value.
class VariableReads {
 public:
  struct Read {
    Variable variable;
    Tensor value;
  };

  VariableReads();
  ~VariableReads();
  VariableReads(const VariableReads&) = delete;
  VariableReads& operator=(const VariableReads&) = delete;
  std::vector<Read> take() { return std::move(reads_); }

  /// Called by every read.
  static void note(const Variable& variable, const Tensor& value);

 private:
  std::vector<Read> reads_;
  VariableReads* outer_;
};

/// Null while nobody wants to know.
extern constinit thread_local VariableReads* variable_reads;

/// While it lives, the Variables have these values; then those again that they had before.
class RestoredVariables {
 public:
  explicit RestoredVariables(std::vector<VariableReads::Read> reads);
  ~RestoredVariables();
  RestoredVariables(const RestoredVariables&) = delete;
  RestoredVariables& operator=(const RestoredVariables&) = delete;

 private:
  std::vector<VariableReads::Read> reads_;
};

}  // namespace gradtape::detail
