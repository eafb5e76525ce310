#!/usr/bin/env bash
# Installs what the tests need and this machine lacks: Chromium, a font with
# Chinese, the checker of accessibility, nginx, Caddy, rclone, Java and Maven for a cluster
# of OpenSearch, and on Linux strace. Where that is not possible it says so and goes
# on: the tests then skip, or fail where CI is set.
set -uo pipefail
cd "$(dirname "$0")"

have() { command -v "$1" >/dev/null 2>&1; }

packages=()
have chromium || have chromium-browser || have google-chrome || have google-chrome-stable || have chrome || packages+=(chromium)
# Without a font for them Chinese characters are empty boxes, all of one width.
if ! have fc-list || [ -z "$(fc-list :lang=zh-cn 2>/dev/null | head -1)" ]; then packages+=(fonts-noto-cjk); fi
have nginx || [ -x /usr/sbin/nginx ] || packages+=(nginx-light)
have caddy || packages+=(caddy)
have rclone || packages+=(rclone)
[ "$(uname)" != Linux ] || have systemd-analyze || packages+=(systemd)
[ "$(uname)" != Linux ] || have strace || packages+=(strace)
# Any JDK from 17 on; a runtime alone compiles nothing.
have javac || packages+=(default-jdk-headless)
have mvn || packages+=(maven)
have curl || packages+=(curl)
axe=node_modules/axe-core/axe.min.js
if [ ! -e "$axe" ] && ! have npm; then packages+=(npm); fi

if [ ${#packages[@]} -gt 0 ]; then
	if have apt-get && [ "$(id -u)" = 0 ]; then
		echo "installing ${packages[*]}"
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >/dev/null ||
			echo "could not install ${packages[*]}"
	else
		echo "the tests want ${packages[*]} (Debian: apt-get install ${packages[*]})"
	fi
fi
if [ ! -e "$axe" ] || [ package-lock.json -nt "$axe" ]; then
	if have npm; then
		if npm ci --ignore-scripts --no-audit --no-fund >/dev/null; then touch "$axe"; else echo "could not install axe-core"; fi
	fi
fi
# What a node of OpenSearch is made of, once.
if have javac && have mvn; then
	opensearch/cluster.sh build || echo "could not make a node of OpenSearch"
fi
exit 0
