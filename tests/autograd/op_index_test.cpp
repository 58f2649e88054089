// The headers, the op table and docs/ops.md say the same.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "autograd/op_index.h"
#include "ops/sample.h"

using namespace gradtape;

namespace {

// Nothing to differentiate and no op: values from C++ values, and what only looks at a tensor.
const std::set<std::string> no_ops = {
    "constant", "zeros", "ones", "fill", "full", "zeros_like", "ones_like", "full_like", "broadcast_static_shape"};

std::vector<tests::Declaration> declarations() {
  return tests::declarations_in(GRADTAPE_SOURCE_DIR "/autograd/include/gradtape/autograd/ops");
}

std::string plain(const std::string& name) {
  const auto colons = name.rfind("::");
  return colons == std::string::npos ? name : name.substr(colons + 2);
}

}  // namespace

TEST_CASE("op index: every public op stands in the table and has a docstring") {
  std::set<std::string, std::less<>> rows;
  for (const detail::OpRow& row : detail::op_table()) rows.emplace(row.name);
  std::size_t count = 0;
  for (const tests::Declaration& declaration : declarations()) {
    if (no_ops.contains(declaration.name)) continue;
    ++count;
    const bool listed = rows.contains(declaration.name) || rows.contains(plain(declaration.name));
    CHECK_MESSAGE(listed, declaration.header << ": " << declaration.name << " is not in the op table");
    CHECK_MESSAGE(!declaration.documented.empty(),
                  declaration.header << ": " << declaration.name << " has no docstring");
  }
  CHECK(count > 60);
}

TEST_CASE("op index: docs/ops.md is what the table says") {
  const std::string path = GRADTAPE_SOURCE_DIR "/docs/ops.md";
  const std::string expected = tests::op_index(declarations());
  if (std::getenv("GRADTAPE_UPDATE_OP_INDEX") != nullptr) std::ofstream(path) << expected;
  std::ifstream file(path);
  std::ostringstream written;
  written << file.rdbuf();
  // No diff: the page is long, and the script writes it anew.
  const bool is_current = written.str() == expected;
  CHECK_MESSAGE(is_current, "docs/ops.md is out of date: run scripts/update-op-index");
}
