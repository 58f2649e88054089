#include "tensor/variable_reads.h"

#include "tensor/variable_state.h"

namespace gradtape::detail {

constinit thread_local VariableReads* variable_reads = nullptr;

VariableReads::VariableReads() : outer_(variable_reads) { variable_reads = this; }
VariableReads::~VariableReads() { variable_reads = outer_; }

void VariableReads::note(const Variable& variable, const Tensor& value) {
  for (VariableReads* all = variable_reads; all != nullptr; all = all->outer_) {
    bool known = false;
    for (const Read& read : all->reads_) known |= read.variable.is_same(variable);
    if (!known) all->reads_.push_back({variable, value});
  }
}

RestoredVariables::RestoredVariables(std::vector<VariableReads::Read> reads) : reads_(std::move(reads)) {
  for (VariableReads::Read& read : reads_) VariableAccess::state(read.variable).value.swap(read.value);
}
RestoredVariables::~RestoredVariables() {
  for (VariableReads::Read& read : reads_) VariableAccess::state(read.variable).value.swap(read.value);
}

}  // namespace gradtape::detail
