#!/usr/bin/env bash
# Fails when ten_ops.cpp, which includes gradtape/gradtape.h, takes more than twice the processor time to compile of
# empty.cpp, which includes four standard headers. The best of five alternating rounds counts.
#
# usage: header_cost.sh COMPILER INCLUDE_DIRECTORY...
set -euo pipefail
export LC_ALL=C
sources=$(dirname "${BASH_SOURCE[0]}")
compiler=$1
shift
compile=("$compiler" -std=c++20 -O2 "${@/#/-I}" -o /dev/null -c)

# The user time of one compilation, in milliseconds.
milliseconds() {
  local TIMEFORMAT=%3U
  { time "${compile[@]}" "$1" >&3 2>&4; } 3>&1 4>&2 2>&1 | tail -n 1 | tr -d .
}

best_empty=999999 best_ten_ops=999999
for round in 1 2 3 4 5; do
  empty=$((10#$(milliseconds "$sources/empty.cpp")))
  ten_ops=$((10#$(milliseconds "$sources/ten_ops.cpp")))
  ((empty < best_empty)) && best_empty=$empty
  ((ten_ops < best_ten_ops)) && best_ten_ops=$ten_ops
  echo "round $round: $empty ms empty, $ten_ops ms with gradtape"
done
percent=$((100 * best_ten_ops / best_empty))
echo "best: $best_empty ms empty, $best_ten_ops ms with gradtape: $percent % (at most 200 %)"
((percent <= 200))
