#!/usr/bin/env bash
# Once this node takes part in a cluster that has a leader, it is new no more: from then on a blank volume under
# its name is refused. Waits for that however long it takes, and notes it where the volume is not.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/say.sh
. "$here/lib/say.sh"
# shellcheck source=lib/configuration.sh
. "$here/lib/configuration.sh"
# shellcheck source=lib/cloud.sh
. "$here/lib/cloud.sh"
# shellcheck source=lib/settings.sh
. "$here/lib/settings.sh"

read_configuration
readonly DOT_ENV=$SETTINGS/relevo-node/.env

until curl -fsS --max-time 2 "http://127.0.0.1:$(http_port)/readyz" >/dev/null 2>&1; do
  sleep "${RELEVO_RETRY_SECONDS:-5}"
done
if [[ -n $PARAMETERS ]]; then
  use_cloud
  retry 300 "the parameter $PARAMETERS/state" \
    aws ssm put-parameter --name "$PARAMETERS/state" --value existing --type String --overwrite
fi
sed 's/^CLUSTER_STATE=.*/CLUSTER_STATE=existing/' "$DOT_ENV" | write_file "$DOT_ENV"
if [[ -z $PARAMETERS && -w $CONFIGURATION ]]; then
  # By hand there is no other place: the host's own configuration remembers.
  sed -i '/^STATE=/d' "$CONFIGURATION"
  echo 'STATE=existing' >>"$CONFIGURATION"
fi
say "$NAME takes part in $CLUSTER: it is existing from now on"
