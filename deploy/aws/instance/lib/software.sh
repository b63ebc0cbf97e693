# shellcheck shell=bash
# Node, the release and the units.

readonly NODE_MAJOR_MIN=20
readonly HOME_OF_RELEASES=${RELEVO_HOME:-/opt/relevo}
readonly COMMAND=${RELEVO_COMMAND:-/usr/local/bin/relevo}
readonly UNITS=${RELEVO_UNITS:-/etc/systemd/system}

# Amazon Linux keeps several majors side by side, as node-24, node-22; the newest of those that are tested.
install_node() {
  local node
  if ! node=$(find_node); then
    if command -v dnf >/dev/null; then
      dnf install -q -y nodejs24 || dnf install -q -y nodejs22
    elif command -v apt-get >/dev/null; then
      DEBIAN_FRONTEND=noninteractive apt-get install -qq -y nodejs >/dev/null
    fi
    node=$(find_node) ||
      fail 1 "Node $NODE_MAJOR_MIN or later is missing, and this system's packages do not bring it: install one"
  fi
  mkdir -p "$HOME_OF_RELEASES"
  # One name for the units, whatever the system calls it.
  ln -sfn "$node" "$HOME_OF_RELEASES/node"
}

find_node() {
  local candidate path
  for candidate in node-24 node-22 node node-20; do
    path=$(command -v "$candidate") || continue
    if (($("$path" -p 'process.versions.node.split(".")[0]') >= NODE_MAJOR_MIN)); then
      readlink -f "$path"
      return
    fi
  done
  return 1
}

make_user() {
  id relevo >/dev/null 2>&1 ||
    useradd --system --user-group --home-dir /nonexistent --shell /usr/sbin/nologin relevo
}

# use_release FOLDER: what `current` names is what runs. A rename is atomic, `ln -sf` is not.
use_release() {
  local release=$1
  ln -sfn "$release" "$HOME_OF_RELEASES/next"
  mv -T "$HOME_OF_RELEASES/next" "$HOME_OF_RELEASES/current"
  install -D -m 0755 "$HOME_OF_RELEASES/current/instance/relevo" "$COMMAND"
}

unit_of_role() {
  case $ROLE in
    leader | follower) echo relevo-node.service ;;
    proxy) echo relevo-proxy.service ;;
    client) echo '' ;;
  esac
}

install_units() {
  local enabled=() unit
  unit=$(unit_of_role)
  install -m 0644 "$HOME_OF_RELEASES"/current/instance/systemd/* "$UNITS"
  systemctl daemon-reload
  if [[ -n $unit ]]; then enabled+=("$unit"); fi
  if is_node; then enabled+=(relevo-formed.service); fi
  if [[ -n $PARAMETERS && $TLS == on ]]; then enabled+=(relevo-certificates.timer); fi
  if [[ -n $BACKUP_URL ]]; then enabled+=(relevo-backup.timer); fi
  if [[ -n $LOG_GROUP ]]; then install_agent; fi
  if ((${#enabled[@]} > 0)); then systemctl enable -q "${enabled[@]}"; fi
  for unit in "${enabled[@]}"; do
    if [[ $unit == *.timer ]]; then systemctl start "$unit"; fi
  done
}

# Logs and metrics are worth less than the service: without the agent it runs all the same.
install_agent() {
  local agent=/opt/aws/amazon-cloudwatch-agent
  if ! [[ -x $agent/bin/amazon-cloudwatch-agent-ctl ]]; then
    dnf install -q -y amazon-cloudwatch-agent || { say 'no CloudWatch agent: logs stay in the journal'; return 0; }
  fi
  mkdir -p "$agent/etc" /var/log/relevo
  fill_in amazon-cloudwatch-agent.json >"$agent/etc/relevo.json"
  fill_in prometheus.yaml >"$agent/etc/relevo-prometheus.yaml"
  install -D -m 0644 "$HOME_OF_RELEASES/current/instance/logrotate.conf" /etc/logrotate.d/relevo
  systemctl enable -q --now relevo-logs.service
  "$agent/bin/amazon-cloudwatch-agent-ctl" -a fetch-config -m ec2 -s -c "file:$agent/etc/relevo.json" >/dev/null ||
    say 'the CloudWatch agent did not start: logs stay in the journal'
}

fill_in() {
  sed -e "s|@CLUSTER@|$CLUSTER|g" -e "s|@NAME@|$NAME|g" -e "s|@LOG_GROUP@|$LOG_GROUP|g" \
    -e "s|@PORT@|$(http_port)|g" "$HOME_OF_RELEASES/current/instance/$1"
}

print_versions() {
  local node=$HOME_OF_RELEASES/node
  say "versions: $(sed -n 's/^PRETTY_NAME="*\([^"]*\)"*$/\1/p' /etc/os-release), kernel $(uname -r)"
  say "versions: Node $("$node" --version), $(systemctl --version | head -n 1)"
  say "versions: $("$COMMAND" --version), release $(basename "$(readlink -f "$HOME_OF_RELEASES/current")")"
  if command -v aws >/dev/null; then say "versions: $(aws --version 2>&1)"; fi
}
