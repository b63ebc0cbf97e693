#!/usr/bin/env bash
# A backup of the whole cluster, through this proxy, to the bucket; by a timer, or by hand. A file that is there
# is whole: it is written here first, and has a checksum of its own inside.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/say.sh
. "$here/lib/say.sh"
# shellcheck source=lib/configuration.sh
. "$here/lib/configuration.sh"
# shellcheck source=lib/cloud.sh
. "$here/lib/cloud.sh"

read_configuration
[[ -n $BACKUP_URL ]] || fail 2 'BACKUP_URL is not set: there is nowhere to put a backup'
use_cloud

work=$(mktemp -d "${TMPDIR:-/var/tmp}/relevo-backup-XXXXXX")
readonly work
trap 'rm -rf "$work"' EXIT
file=$CLUSTER-$(date -u +%Y%m%dT%H%M%SZ).jsonl
"${RELEVO_COMMAND:-/usr/local/bin/relevo}" backup "$work/$file"
gzip -n "$work/$file"
aws s3 cp --only-show-errors "$work/$file.gz" "${BACKUP_URL%/}/$file.gz"
aws cloudwatch put-metric-data --namespace Relevo --metric-name BackupsMade --unit Count --value 1 \
  --dimensions "Cluster=$CLUSTER"
say "backup: ${BACKUP_URL%/}/$file.gz, $(stat -c %s "$work/$file.gz") bytes"
