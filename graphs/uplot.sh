#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# uPlot and its licence out of node_modules, for the page: uplot.sh SOURCE OUTPUT. Without npm the files are empty, the
# page shows pictures alone, and the build is as green as with it.
set -u
source=$1 output=$2
modules=$source/node_modules
if [ ! -e "$modules/uplot/package.json" ] && command -v npm >/dev/null 2>&1; then
  mkdir -p "$output/npm" && cp "$source/package.json" "$source/package-lock.json" "$source/.npmrc" "$output/npm/" &&
    (cd "$output/npm" && timeout 120 npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --fetch-retries=1 --fetch-timeout=20000 >npm.log 2>&1) && modules=$output/npm/node_modules
fi
for pair in dist/uPlot.iife.min.js:uPlot.iife.min.js dist/uPlot.min.css:uPlot.min.css LICENSE:uPlot.LICENSE.txt; do
  cp "$modules/uplot/${pair%%:*}" "$output/${pair##*:}" 2>/dev/null || : >"$output/${pair##*:}"
done
[ -s "$output/uPlot.iife.min.js" ] || echo "graphs: without npm's uPlot the page shows pictures alone" >&2
