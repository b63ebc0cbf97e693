#!/usr/bin/env bash
# Makes this node a member of a new cluster that begins with a backup's data: restore.sh URL CLUSTER_NAME
# On every node and proxy, with the same words, while none of them runs. What was there before is kept beside
# the new data. The new name makes a new cluster id, so that a node that was forgotten can not mix old data in.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/say.sh
. "$here/lib/say.sh"
# shellcheck source=lib/configuration.sh
. "$here/lib/configuration.sh"
# shellcheck source=lib/software.sh
. "$here/lib/software.sh"
# shellcheck source=lib/volume.sh
. "$here/lib/volume.sh"
# shellcheck source=lib/settings.sh
. "$here/lib/settings.sh"

main() {
  local url=${1:-} new_name=${2:-} unit
  [[ $# == 2 && $new_name =~ ^[a-z][a-z0-9-]{0,30}$ ]] || fail 2 'usage: restore.sh URL CLUSTER_NAME'
  read_configuration
  [[ $CLUSTER_NAME != "$new_name" ]] || fail 2 "the cluster is named $new_name already: a restored one needs a new name"
  unit=$(unit_of_role)
  [[ -n $unit ]] || fail 2 "this host is a $ROLE: only nodes and proxies are restored"
  if systemctl is-active -q "$unit"; then fail 1 "$unit runs: stop it, on every host, and come again"; fi
  if is_node; then replace_data "$url" "$new_name"; fi
  sed -i '/^CLUSTER_NAME=/d' "$CONFIGURATION"
  echo "CLUSTER_NAME=$new_name" >>"$CONFIGURATION"
  read_configuration
  if is_node; then STATE=$(sed -n 's/^CLUSTER_STATE=//p' "$SETTINGS/relevo-node/.env"); fi
  write_settings
  say "$NAME belongs to $new_name; start $unit when all hosts do"
}

# Beside the data first, on the same file system, so that the new data gets its name in one step.
replace_data() {
  local url=$1 new_name=$2 work
  work=$(mktemp -d "$DATA_ROOT/restore-XXXXXX")
  # shellcheck disable=SC2064 # the folder's name as it is now
  trap "rm -rf '$work'" EXIT
  aws s3 cp --only-show-errors "$url" "$work/backup.jsonl.gz"
  gunzip "$work/backup.jsonl.gz"
  # The folder's .env says which node this is; the environment comes before it.
  (
    cd "$SETTINGS/relevo-node"
    CLUSTER_NAME=$new_name "$COMMAND" \
      restore "$work/backup.jsonl" --nodes "$NODES" "$work/data"
  )
  chown -R relevo:relevo "$work/data"
  if [[ -e $DATA_ROOT/data ]]; then
    mv -T "$DATA_ROOT/data" "$DATA_ROOT/before-restore-$(date -u +%Y%m%dT%H%M%SZ)"
  fi
  mv -T "$work/data" "$DATA_ROOT/data"
}

main "$@"
