#include <fmt/format.h>

#include <array>

#include "gradtape/autograd/error.h"
#include "layer_state.h"
#include "model_core.h"
#include "training/progress_bar.h"

namespace gradtape::nn {
namespace {

std::string with_commas(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (int place = static_cast<int>(digits.size()) - 3; place > 0; place -= 3)
    digits.insert(static_cast<std::size_t>(place), ",");
  return digits;
}

std::string shapes_text(const std::vector<Shape>& shapes, bool is_input) {
  std::string text;
  for (const Shape& shape : shapes) text += (text.empty() ? "" : ", ") + to_string(shape);
  return shapes.size() != 1 || is_input ? "[" + text + "]" : text;
}

std::int64_t elements(const std::vector<Variable>& variables) {
  std::int64_t count = 0;
  for (const Variable& variable : variables) count += variable.shape().num_elements();
  return count;
}

class Table {
 public:
  Table(std::vector<double> columns, int width, const std::function<void(const std::string&)>& print)
      : width_(width), print_(print) {
    for (const double column : columns) ends_.push_back(static_cast<std::size_t>(width * column));
  }
  void line(const std::string& text) const { print_(text); }
  void rule(char c) const { print_(std::string(static_cast<std::size_t>(width_), c)); }
  void row(const std::vector<std::string>& fields) const {
    std::string text;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) text.back() = ' ';  // a field that was cut keeps its distance from the next
      text += fields[i];
      text.resize(ends_[i], ' ');
    }
    print_(text);
  }

 private:
  int width_;
  std::vector<std::size_t> ends_;
  const std::function<void(const std::string&)>& print_;
};

std::vector<std::string> layer_fields(const Layer& layer, const std::vector<Shape>& shapes) {
  const std::string type = layer.type_name();
  return {layer.name() + " (" + type + ")", shapes_text(shapes, type == "InputLayer"),
          std::to_string(elements(layer.weights()))};
}

bool has_branches(const Graph& graph) {
  if (graph.inputs().size() != 1 || graph.outputs().size() != 1) return true;
  for (std::size_t i = 1; i < graph.calls().size(); ++i)
    if (graph.calls()[i].inputs != graph.calls()[i - 1].outputs) return true;
  return false;
}

// "input_1[0][0]": the layer, which of its calls, and which output of it.
std::vector<std::string> connections(const Graph& graph, const Graph::Call& call) {
  std::vector<std::string> texts;
  for (const std::size_t slot : call.inputs)
    for (std::size_t i = 0; i < graph.calls().size(); ++i)
      for (std::size_t output = 0; output < graph.calls()[i].outputs.size(); ++output) {
        if (graph.calls()[i].outputs[output] != slot) continue;
        std::size_t node = 0;
        for (std::size_t j = 0; j < i; ++j) node += graph.calls()[j].layer->name() == graph.calls()[i].layer->name();
        texts.push_back(fmt::format("{}[{}][{}]", graph.calls()[i].layer->name(), node, output));
      }
  return texts;
}

void print_graph_rows(const Table& table, const Graph& graph) {
  std::vector<const Layer*> printed;
  bool first = true;
  for (const Graph::Call& call : graph.calls()) {
    bool again = false;
    for (const Layer* layer : printed) again |= layer->name() == call.layer->name();
    if (again) continue;
    printed.push_back(&*call.layer);
    if (!first) table.rule('_');
    first = false;
    std::vector<std::string> fields = layer_fields(*call.layer, call.output_shapes);
    std::vector<std::string> from;
    for (const Graph::Call& other : graph.calls())
      if (other.layer->name() == call.layer->name())
        for (std::string& text : connections(graph, other)) from.push_back(std::move(text));
    fields.push_back(from.empty() ? "" : from[0]);
    table.row(fields);
    for (std::size_t i = 1; i < from.size(); ++i) table.row({"", "", "", from[i]});
  }
}

}  // namespace

void Model::summary(const SummaryOptions& options) const {
  if (!built() && trainable_variables().empty() && non_trainable_variables().empty())
    throw FailedPreconditionError("the model " + name() +
                                  " has no summary before it is built: give its first layer an input_shape, call "
                                  "build(input_shape), or call it on data");
  const std::function<void(const std::string&)> print = options.print_fn ? options.print_fn : print_line;
  const bool branched = core_->graph != nullptr && has_branches(*core_->graph);
  const int width = options.line_length > 0 ? options.line_length : branched ? 98 : 65;
  const Table table(branched ? std::vector<double>{.33, .55, .67, 1.} : std::vector<double>{.45, .85, 1.}, width,
                    print);

  table.line("Model: \"" + name() + "\"");
  table.rule('_');
  std::vector<std::string> titles{"Layer (type)", "Output Shape", "Param #"};
  if (branched) titles.push_back("Connected to");
  table.row(titles);
  table.rule('=');
  if (branched) {
    print_graph_rows(table, *core_->graph);
  } else {
    bool first = true;
    for (const LayerHandle& layer : layers()) {
      if (!first) table.rule('_');
      first = false;
      table.row(layer_fields(*layer, LayerAccess::state(*layer).output_shapes));
    }
  }
  table.rule('=');
  const std::int64_t trainable = elements(trainable_variables()), others = elements(non_trainable_variables());
  table.line("Total params: " + with_commas(trainable + others));
  table.line("Trainable params: " + with_commas(trainable));
  table.line("Non-trainable params: " + with_commas(others));
  table.rule('_');
}

}  // namespace gradtape::nn
