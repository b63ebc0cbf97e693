#!/usr/bin/env bash
# Takes a fresh Linux host to a healthy Relevo service, as root.
# The configuration, /etc/relevo/instance.conf, is lines of KEY=value; lib/configuration.sh names them.
# Running it again changes nothing that is right already. Exit status: 0 healthy; 1 something failed;
# 2 wrong configuration; 3 a blank volume, 4 somebody else's volume, 5 an emptied volume: refused.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/say.sh
. "$here/lib/say.sh"
# shellcheck source=lib/configuration.sh
. "$here/lib/configuration.sh"
# shellcheck source=lib/cloud.sh
. "$here/lib/cloud.sh"
# shellcheck source=lib/software.sh
. "$here/lib/software.sh"
# shellcheck source=lib/volume.sh
. "$here/lib/volume.sh"
# shellcheck source=lib/settings.sh
. "$here/lib/settings.sh"

read_configuration
[[ $(id -u) == 0 ]] || fail 1 'run me as root: I make users, mounts and units'

use_cloud
install_node
make_user
use_release "$(cd "$here/.." && pwd -P)"
if is_node; then
  learn_state
  prepare_volume
fi
publish_name
"$here/certificates.sh"
write_settings
install_units
start_service
print_versions
wait_until_ready
