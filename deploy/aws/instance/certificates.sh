#!/usr/bin/env bash
# Brings this host's certificates from the parameter store to /etc/relevo/tls: at the first start, and daily by
# a timer, so that renewed ones arrive. The service looks at the files again by itself.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/say.sh
. "$here/lib/say.sh"
# shellcheck source=lib/configuration.sh
. "$here/lib/configuration.sh"
# shellcheck source=lib/cloud.sh
. "$here/lib/cloud.sh"

read_configuration
readonly TLS_DIR=${RELEVO_SETTINGS:-/etc/relevo}/tls
[[ $TLS == on ]] || exit 0
if [[ -z $PARAMETERS ]]; then
  [[ -d $TLS_DIR ]] || fail 2 "TLS=on, but there is no $TLS_DIR: put this host's files from relevo certs there"
  exit 0
fi

use_cloud
mkdir -p "$TLS_DIR.new"
aws ssm get-parameters-by-path --path "$PARAMETERS/tls" --with-decryption --output json |
  "${RELEVO_HOME:-/opt/relevo}/node" "$here/parameters-to-files.mjs" "$TLS_DIR.new"
chown -R root:relevo "$TLS_DIR.new"
chmod 0750 "$TLS_DIR.new"
chmod 0640 "$TLS_DIR.new"/*
# Each file by a rename, so that none is ever read half; a pair that does not match yet is looked at again.
mkdir -p "$TLS_DIR"
chown root:relevo "$TLS_DIR"
chmod 0750 "$TLS_DIR"
for file in "$TLS_DIR.new"/*; do
  cmp -s "$file" "$TLS_DIR/$(basename "$file")" || mv -T "$file" "$TLS_DIR/$(basename "$file")"
done
rm -rf "$TLS_DIR.new"
say "certificates: $(find "$TLS_DIR" -type f | wc -l) files in $TLS_DIR"
