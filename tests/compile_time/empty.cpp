#include <functional>
#include <memory>
#include <string>
#include <vector>

int main() {}
