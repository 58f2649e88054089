#include "autograd/op_index.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string_view>

#include "gradtape/autograd/autograd.h"
#include "ops/sample.h"

namespace gradtape::tests {
namespace {

using detail::OpRow;
using detail::Sample;

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

/// Reads the declarations of one header: statements at namespace scope that end in `);` or open a body.
class HeaderReader {
 public:
  explicit HeaderReader(std::string header) : header_(std::move(header)) {}

  void read(std::istream& lines, std::vector<Declaration>& found) {
    for (std::string line; std::getline(lines, line);) read(trimmed(line), found);
  }

 private:
  void read(const std::string& line, std::vector<Declaration>& found) {
    if (statement_.empty() && depth_ == 0) {
      if (line.empty()) comment_.clear();
      if (line.starts_with("///")) {
        if (!in_comment_) comment_.clear();
        in_comment_ = true;
        comment_ += (comment_.empty() ? "" : " ") + trimmed(line.substr(3));
        return;
      }
      in_comment_ = false;
      if (line.empty() || line.starts_with("//") || line.starts_with("#")) return;
      if (line.starts_with("namespace ")) {
        if (line.find('}') == std::string::npos) scopes_.push_back(trimmed(line.substr(10, line.find('{') - 10)));
        return;
      }
      if (line.starts_with("}") && !scopes_.empty()) {
        scopes_.pop_back();
        return;
      }
    }
    const int before = depth_;
    for (const char c : line) depth_ += (c == '{') - (c == '}');
    if (before == 0) statement_ += (statement_.empty() ? "" : " ") + line;
    const bool ends = depth_ == 0 && (line.ends_with(";") || line.ends_with("}"));
    if (!ends) return;
    add(found);
    statement_.clear();
  }

  void add(std::vector<Declaration>& found) {
    const auto open = statement_.find('(');
    if (open == std::string::npos || statement_.starts_with("struct ") || statement_.starts_with("class ")) return;
    const auto space = statement_.rfind(' ', open);
    if (space == std::string::npos) return;
    std::string name = statement_.substr(space + 1, open - space - 1);
    const auto is_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    // A function returns a Tensor, several, or a struct of them; operators and macros are none.
    const std::string type = statement_.substr(0, space);
    const char first = type[type.rfind(' ') + 1];
    const bool returns_tensors =
        std::isupper(static_cast<unsigned char>(first)) != 0 || type.ends_with("std::vector<Tensor>");
    if (name.empty() || name == "requires" || !std::all_of(name.begin(), name.end(), is_name) || !returns_tensors)
      return;
    for (const std::string& scope : scopes_) {
      if (scope.find("detail") != std::string::npos) return;
      if (scope != "gradtape") name = scope + "::" + name;
    }
    const auto body = statement_.find(") {");
    std::string signature = body == std::string::npos ? statement_ : statement_.substr(0, body + 1);
    signature = without(signature, ", Where where = Where::here()");
    signature = without(signature, "Where where = Where::here()");
    if (signature.starts_with("inline ")) signature.erase(0, 7);
    if (signature.ends_with(";")) signature.pop_back();
    found.push_back({name, signature, comment_, header_});
  }

  static std::string without(std::string text, std::string_view part) {
    const auto place = text.find(part);
    if (place != std::string::npos) text.erase(place, part.size());
    return text;
  }

  std::string header_, statement_, comment_;
  std::vector<std::string> scopes_;
  int depth_ = 0;
  bool in_comment_ = false;
};

constexpr DType probed[] = {float32, float64, int32,  int64,  uint8,  boolean,
                            int8,    int16,   uint16, uint32, uint64, DType::string};

/// The dtypes that the op takes for its first input: its samples are run with each.
std::string dtypes_of(const OpRow& row) {
  const std::vector<Sample> samples = row.samples();
  std::vector<std::string> taken;
  for (const DType dtype : probed) {
    const bool takes = std::any_of(samples.begin(), samples.end(), [&](const Sample& sample) {
      try {
        std::vector<Tensor> inputs = sample.inputs;
        if (inputs.empty()) return false;
        const DType first = inputs[0].dtype();
        for (Tensor& input : inputs)
          if (input.dtype() == first)
            input = dtype == DType::string ? fill(input.shape(), "text") : cast(input, dtype);
        static_cast<void>(sample.call(inputs));
        return true;
      } catch (const std::exception&) {
        return false;
      }
    });
    if (takes) taken.emplace_back(name_of(dtype));
  }
  const auto all = [&](std::initializer_list<const char*> names) {
    return taken.size() == names.size() && std::equal(taken.begin(), taken.end(), names.begin());
  };
  if (taken.size() == std::size(probed)) return "every";
  if (taken.size() + 1 == std::size(probed) && taken.back() != "string") return "every number, bool";
  if (all({"float32", "float64"})) return "floating-point";
  if (all({"bool"})) return "bool";
  std::string text;
  for (const std::string& name : taken) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string gradient_of(const OpRow& row) {
  if (row.gradient_order >= 2) return "every order";
  if (row.gradient_order == 1) return "first order";
  return "none: " + std::string(row.not_differentiable);
}

std::string plain_name(const std::string& name) {
  const auto colons = name.rfind("::");
  return colons == std::string::npos ? name : name.substr(colons + 2);
}

std::string first_sentence(const std::string& text) {
  const auto end = text.find(". ");
  return end == std::string::npos ? text : text.substr(0, end + 1);
}

std::string in_table(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

}  // namespace

std::vector<Declaration> declarations_in(const std::string& folder) {
  std::vector<std::filesystem::path> headers;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".h") headers.push_back(entry.path());
  std::sort(headers.begin(), headers.end());
  std::vector<Declaration> found;
  for (const auto& header : headers) {
    std::ifstream file(header);
    HeaderReader(header.filename().string()).read(file, found);
  }
  return found;
}

std::string op_index(const std::vector<Declaration>& declarations) {
  std::map<std::string, const Declaration*, std::less<>> declared;
  for (const Declaration& declaration : declarations) declared.emplace(declaration.name, &declaration);
  for (const Declaration& declaration : declarations) declared.emplace(plain_name(declaration.name), &declaration);
  std::map<std::string, std::vector<OpRow>, std::less<>> families;
  std::vector<OpRow> internal;
  for (const OpRow& row : detail::op_table()) {
    if (declared.contains(row.name))
      families[std::string(row.family)].push_back(row);
    else
      internal.push_back(row);
  }
  std::ostringstream page;
  page << "# Ops\n\n"
          "Every op, from the table that the tests walk: its gradients are compared with numeric differences in the "
          "orders given here,\nand its results have the same bits for any number of threads. The dtypes are those "
          "that the first input may have, found by\nrunning it. `scripts/update-op-index` writes this page.\n";
  for (auto& [family, rows] : families) {
    std::sort(rows.begin(), rows.end(), [](const OpRow& a, const OpRow& b) { return a.name < b.name; });
    page << "\n## " << family << "\n\n| op | dtypes | gradient |\n|---|---|---|\n";
    for (const OpRow& row : rows) {
      const Declaration& declaration = *declared.find(row.name)->second;
      page << "| `" << in_table(declaration.signature) << "`<br>" << in_table(first_sentence(declaration.documented))
           << " | " << dtypes_of(row) << " | " << in_table(gradient_of(row)) << " |\n";
    }
  }
  page << "\n## Behind them\n\nOps without a function of their own: what gradients and results in several parts are "
          "made "
          "of.\n\n| op | gradient |\n|---|---|\n";
  std::sort(internal.begin(), internal.end(), [](const OpRow& a, const OpRow& b) { return a.name < b.name; });
  for (const OpRow& row : internal) page << "| " << row.name << " | " << in_table(gradient_of(row)) << " |\n";
  return page.str();
}

}  // namespace gradtape::tests
