#!/usr/bin/env bash
# Runs the program of a page and compares what it prints with the page's ```text blocks. Source lines and spaces at
# the ends of lines are not compared.
#
# usage: output.sh PROGRAM PAGE.md
set -euo pipefail
program=$1 page=$2

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
without_lines() { sed -E 's/ at [^ ]+:[0-9]+/ at FILE:LINE/g'; }
awk '/^```/ { in_text = !in_text && $0 == "```text"; next } in_text' "$page" | without_lines >"$scratch/expected"
(cd "$scratch" && "$program") | without_lines >"$scratch/printed"
diff --ignore-trailing-space --label "$(basename "$page")" --label "printed" -u "$scratch/expected" "$scratch/printed"
