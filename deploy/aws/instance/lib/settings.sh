# shellcheck shell=bash
# Relevo's own settings, written from the instance's configuration: one .env for the service, which is all that
# differs between hosts, and the environment of the command relevo.

readonly SETTINGS=${RELEVO_SETTINGS:-/etc/relevo}

write_settings() {
  mkdir -p "$SETTINGS"
  if [[ -n $(unit_of_role) ]]; then
    local folder
    folder=$SETTINGS/$(basename "$(unit_of_role)" .service)
    mkdir -p "$folder"
    service_settings | write_file "$folder/.env"
    echo "PROGRAM=$ROLE" | write_file "$folder/program"
  fi
  client_settings | write_file "$SETTINGS/client.env"
}

# Written whole or not at all, and readable by the service, not by everybody.
write_file() {
  local target=$1
  cat >"$target.new"
  chmod 0640 "$target.new"
  chown root:relevo "$target.new"
  mv -T "$target.new" "$target"
}

service_settings() {
  echo '# Written by bootstrap.sh; .env.example explains each.'
  echo "NODES=$NODES"
  echo "CLUSTER_NAME=$CLUSTER_NAME"
  if is_node; then
    echo "NODE_ID=$NODE_ID"
    echo "NODE_NAME=$NAME"
    echo "CLUSTER_STATE=$STATE"
    echo "DATA_DIR=$DATA_ROOT/data"
    echo 'HOST=0.0.0.0'
  else
    echo "PROXY_NAME=$NAME"
    echo 'PROXY_HOST=0.0.0.0'
  fi
  echo 'LOG_FORMAT=json'
  encryption_settings
}

# Health and metrics stay plain: load balancers and scrapers ask for them, and security groups say who may.
encryption_settings() {
  if [[ $TLS == on ]]; then
    echo "TLS_DIR=$SETTINGS/tls"
    echo 'PLAINTEXT=http'
  else
    echo 'PLAINTEXT=all'
  fi
}

# Every host has a certificate for dialling, too.
client_settings() {
  if [[ -n $ENDPOINTS ]]; then echo "RELEVO_ENDPOINTS=$ENDPOINTS"; fi
  if [[ $TLS == on ]]; then echo "TLS_DIR=$SETTINGS/tls"; else echo 'PLAINTEXT=all'; fi
}

# A node's is its port + 20000, the last of a list of NODES that names this one first.
http_port() {
  local own
  if ! is_node; then
    echo 8080
    return
  fi
  own=$(tr ',' '\n' <<<"$NODES" | sed -n "s|^$NODE_ID=.*:\\([0-9]*\\)\\(/[0-9]*\\)\\{0,1\\}\$|\\1|p")
  [[ -n $own ]] || fail 2 "NODES=$NODES has no node $NODE_ID"
  echo $((own + 20000))
}

start_service() {
  local unit
  unit=$(unit_of_role)
  [[ -n $unit ]] || return 0
  # Not a restart: a service that runs already is left alone; upgrades are upgrade.sh's.
  systemctl start --no-block "$unit"
  if is_node; then systemctl start --no-block relevo-formed.service; fi
}

# Ready: a node knows a leader and has caught up; a proxy knows a leader. Others may still be booting.
wait_until_ready() {
  local url
  [[ -n $(unit_of_role) ]] || { say 'ready: try relevo cluster'; return 0; }
  url=http://127.0.0.1:$(http_port)/readyz
  retry "${RELEVO_READY_SECONDS:-300}" "$NAME is started; ready ($url)" curl -fsS --max-time 2 "$url"
  say "$NAME is healthy"
}
