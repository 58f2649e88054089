#pragma once
// The public ops, as the headers declare them and the op table lists them.

#include <string>
#include <vector>

namespace gradtape::tests {

/// One function that a public header of ops declares.
struct Declaration {
  std::string name;        // with its namespace inside gradtape: "reduce_sum", "linalg::det"
  std::string signature;   // as it stands there, on one line
  std::string documented;  // the comment above it; functions that follow without a blank line share it
  std::string header;      // "math.h"
};

/// The functions declared in the headers of a folder, in the order of the headers' names; those of detail and
/// operators are left out.
std::vector<Declaration> declarations_in(const std::string& folder);

/// docs/ops.md: every function of the table with its signature, dtypes and gradients.
std::string op_index(const std::vector<Declaration>& declarations);

}  // namespace gradtape::tests
