#!/bin/sh
# Brings an object store to the folder that whyfix build -flat wrote, so that every
# page has its style at every moment. Needs rclone.
#
#   whyfix build -strict -compress=false -flat site
#   upload.sh site store:help.example.org          store: is a remote of rclone
#   upload.sh site store:www.example.org/help      base: https://www.example.org/help/
set -eu
site=$1
store=$2
test -e "$site/.whyfix-files" || { echo "upload.sh: $site was not written by whyfix build -flat" >&2; exit 1; }

forever='Cache-Control: public, max-age=31536000, immutable'
asked='Cache-Control: no-cache'

# 1. What pages ask for; the names of these files change with what is in them. Old
#    ones stay, for pages that were loaded before: they are small.
rclone copy --checksum --header-upload "$forever" "$site/assets" "$store/assets"

# 2. All else. Scripts that lie beside articles are sent as texts, so that they run nowhere.
rclone copy --checksum --header-upload "$asked" --header-upload 'Content-Type: text/markdown; charset=utf-8' \
	--include '*.md' "$site" "$store"
rclone copy --checksum --header-upload "$asked" --header-upload 'Content-Type: text/plain; charset=utf-8' \
	--filter '- /assets/**' --filter '+ *.js' --filter '+ *.mjs' --filter '+ *.txt' --filter '- *' "$site" "$store"
rclone copy --checksum --header-upload "$asked" --header-upload 'Content-Type: text/html; charset=utf-8' \
	--include '*.html' "$site" "$store"
rclone copy --checksum --header-upload "$asked" \
	--filter '- /assets/**' --filter '- /.*' --filter '- /_*' --filter '- *.{md,js,mjs,txt,html}' "$site" "$store"

# 3. What is gone, when nothing leads to it any more.
rclone sync --checksum --header-upload "$asked" --delete-after \
	--filter '- /assets/**' --filter '- /.*' --filter '- /_*' "$site" "$store"
