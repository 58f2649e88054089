#!/usr/bin/env bash
# Runs the built benchmarks, gradtape and LibTorch in turn, and writes one Markdown table of both.
#
# usage: benchmarks/run.sh BUILD_DIR [--quick] [--rounds N] [--only CASE]...
#   --quick     2 rounds instead of 5
#   --rounds N  as many rounds as stated
#   --only CASE only this program (tiny_op, op_matmul, ...); may be repeated
#
# The table goes to the standard output and to BUILD_DIR/benchmarks/results.md, the single measurements to
# BUILD_DIR/benchmarks/measurements.tsv. Fails when a gradtape program fails, not when a goal is missed.
set -euo pipefail
export LC_ALL=C

all_cases="tiny_op linreg_scalar fashion_mlp_b32 mnist_mlp_b128 elementwise_16m predict_b1 matmul_1024"
all_cases+=" op_elementwise op_reductions op_movement op_matmul op_convolution op_networks"
usage() { sed -n '2,10s/^# \{0,1\}//p' "$0"; }

build="" cases="" rounds=5 limit=60
while (($#)); do
  case $1 in
    --quick) rounds=2 limit=60 ;;
    --rounds) rounds=${2:?--rounds needs a number}; shift ;;
    --only) cases+=" ${2:?--only needs a case}"; shift ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) build=$1 ;;
  esac
  shift
done
[[ $rounds =~ ^[1-9][0-9]*$ ]] || { echo "run.sh: --rounds takes a positive number, not '$rounds'" >&2; exit 2; }
[[ -n $build && -d $build/benchmarks ]] || { usage >&2; exit 2; }
for name in $cases; do
  [[ " $all_cases " == *" $name "* ]] || { echo "run.sh: no case '$name'; there are: $all_cases" >&2; exit 2; }
done
cases=${cases:-$all_cases}

directory=$build/benchmarks
measurements=$directory/measurements.tsv
results=$directory/results.md
: >"$measurements"
cores=$(nproc)
threads_list="1"
((cores >= 2)) && threads_list="1 2"
model=$(awk -F': *' '/^model name/ { print $2; exit }' /proc/cpuinfo)
load_before=$(cut -d' ' -f1-3 /proc/loadavg)

# OpenBLAS takes a processor younger than itself for one of 2004 and runs at a quarter of its speed. LibTorch gets the
# kernels it would have had; what a user has set is left alone.
core_type=${OPENBLAS_CORETYPE:-}
core_note=""
for name in $all_cases; do
  if [[ -z $core_type && -x $directory/libtorch/$name ]]; then
    detected=$(OPENBLAS_VERBOSE=2 "$directory/libtorch/$name" 0 2>&1 || true)
    if [[ $detected == *"Core: Prescott"* ]]; then
      if grep -qw avx512bw /proc/cpuinfo; then
        core_type=SkylakeX
      elif grep -qw avx2 /proc/cpuinfo; then
        core_type=Haswell
      fi
    fi
    [[ -z $core_type ]] ||
      core_note="OpenBLAS does not know this processor; LibTorch ran with OPENBLAS_CORETYPE=$core_type."
    break
  fi
done

failed=0
declare -A skip

# measure LIBRARY SETTING PROGRAM THREADS [ENVIRONMENT...]: appends the program's lines to the measurements.
measure() {
  local library=$1 setting=$2 program=$3 threads=$4 output status=0
  shift 4
  [[ -z ${skip[$library/$setting/$program]:-} ]] || return 0
  if [[ ! -x $program ]]; then
    skip[$library/$setting/$program]=1
    [[ $library == LibTorch ]] || { echo "run.sh: $program is not built" >&2; failed=1; }
    return 0
  fi
  output=$(timeout "$limit" env "$@" "$program" "$threads") || status=$?
  if ((status == 0)); then
    awk -v library="$library" -v setting="$setting" '{ print library "\t" setting "\t" $0 }' <<<"$output" >>"$measurements"
    return 0
  fi
  skip[$library/$setting/$program]=1
  if ((status == 124)); then
    echo "run.sh: $program with $setting took more than $limit s and was stopped" >&2
    printf '%s\t%s\t%s\tstopped\n' "$library" "$setting" "${program##*/}" >>"$measurements"
  else
    echo "run.sh: $program $threads failed with status $status" >&2
  fi
  [[ $library == LibTorch ]] || failed=1
}

for ((round = 1; round <= rounds; ++round)); do
  for name in $cases; do
    echo "round $round of $rounds: $name" >&2
    torch=$directory/libtorch/$name
    for threads in $threads_list; do
      measure gradtape "$threads" "$directory/$name" "$threads" GRADTAPE_NUM_THREADS="$threads"
      if ((threads == 1)); then
        measure LibTorch "1 thread" "$torch" 1 ${core_type:+OPENBLAS_CORETYPE=$core_type} OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
      else
        measure LibTorch "2 threads" "$torch" 2 ${core_type:+OPENBLAS_CORETYPE=$core_type} OMP_NUM_THREADS=2
        measure LibTorch "2 threads, BLAS 1" "$torch" 2 ${core_type:+OPENBLAS_CORETYPE=$core_type} OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=1
      fi
    done
  done
done

load_after=$(cut -d' ' -f1-3 /proc/loadavg)

{
  echo "# gradtape beside LibTorch"
  echo
  echo "Processor: ${model:-unknown}, $cores cores. Load average before: $load_before; after: $load_after. Rounds: $rounds."
  [[ -z $core_note ]] || echo "$core_note"
  echo
  awk -F'\t' -v limit="$limit" -f "$(dirname "$0")/table.awk" "$measurements"
} | tee "$results"
exit "$failed"
