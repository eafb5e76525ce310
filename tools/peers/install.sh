#!/usr/bin/env bash
# Installs what make bench measures beside, into this folder. What cannot be
# installed is said, and its rows are then not measured.
set -uo pipefail
cd "$(dirname "$0")"
hugo=v0.165.0

if [ ! -x bin/hugo ]; then
	echo "building Hugo $hugo"
	GOBIN="$PWD/bin" go install "github.com/gohugoio/hugo@$hugo" >/dev/null 2>&1 || echo "could not build Hugo"
fi
if [ package.json -nt node_modules ]; then
	echo "installing Pagefind and VitePress"
	if command -v npm >/dev/null && npm install --no-package-lock --no-audit --no-fund >/dev/null 2>&1; then
		touch node_modules
	else
		echo "could not install Pagefind and VitePress"
	fi
fi
exit 0
