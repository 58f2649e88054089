#include "gradtape/nn/logs.h"

#include "gradtape/autograd/error.h"

namespace gradtape::nn {

const double* Logs::find(std::string_view name) const {
  for (const Entry& entry : entries_)
    if (entry.first == name) return &entry.second;
  return nullptr;
}

double& Logs::operator[](std::string_view name) {
  if (const double* found = find(name)) return const_cast<double&>(*found);
  throw NotFoundError("the logs have no " + std::string(name) + "; there are: " + names());
}

double Logs::operator[](std::string_view name) const { return const_cast<Logs&>(*this)[name]; }

const double& Logs::at(std::size_t index) const {
  if (index >= entries_.size())
    throw OutOfRangeError("number " + std::to_string(index) + " of " + std::to_string(entries_.size()) + ": " +
                          names());
  return entries_[index].second;
}

void Logs::set(std::string_view name, double value) {
  if (const double* found = find(name))
    const_cast<double&>(*found) = value;
  else
    entries_.emplace_back(name, value);
}

std::string Logs::names() const {
  std::string text;
  for (const Entry& entry : entries_) text += (text.empty() ? "" : ", ") + entry.first;
  return text;
}

}  // namespace gradtape::nn
