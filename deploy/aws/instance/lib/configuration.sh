# shellcheck shell=bash
# The instance's configuration: who this is, and what belongs to it. Not to be mixed up with Relevo's own
# settings, the .env that is written from it.

# ROLE          leader, follower, proxy or client; a leader differs by asking for the leadership on its first start
# CLUSTER       what was deployed under this name; the volumes say it too
# CLUSTER_NAME  as in .env; another one after a restore; none: CLUSTER
# NAME          this host's: ada, bob, proxy-1 ...
# NODES         id=host:port of every node, as in .env.example
# NODE_ID       which of NODES this is
# STATE         new or existing: whether a blank volume may be taken; PARAMETERS comes before it
# TLS           on: files come from PARAMETERS, or stand in /etc/relevo/tls already. off: plain connections
# ENDPOINTS     host:port of the proxies, for who runs the command relevo on this host
# VOLUME_ID     the EBS volume of this node; none: DEVICE is there already, or the data stays on the root disk
# DEVICE        where the volume is seen
# ZONE_ID       the private hosted zone, and
# DNS_NAME      this host's name in it
# PARAMETERS    the path in the parameter store that belongs to this host alone
# BACKUP_URL    s3://bucket/prefix that this host writes backups to
# LOG_GROUP     where the CloudWatch agent sends logs; none: no agent
readonly CONFIGURATION_KEYS='ROLE CLUSTER CLUSTER_NAME NAME NODES NODE_ID STATE TLS ENDPOINTS VOLUME_ID DEVICE ZONE_ID
  DNS_NAME PARAMETERS BACKUP_URL LOG_GROUP'

readonly CONFIGURATION=${RELEVO_CONFIGURATION:-/etc/relevo/instance.conf}

read_configuration() {
  local file=$CONFIGURATION line key problems=()
  [[ -r $file ]] || fail 2 "$file can not be read: it says who this host is"
  for key in $CONFIGURATION_KEYS; do printf -v "$key" '%s' ''; done
  while IFS= read -r line || [[ -n $line ]]; do
    [[ $line =~ ^[[:space:]]*(#|$) ]] && continue
    key=${line%%=*}
    if [[ $line != *=* || " $(tr -s '[:space:]' ' ' <<<"$CONFIGURATION_KEYS") " != *" $key "* ]]; then
      problems+=("unknown: $line")
    else
      printf -v "$key" '%s' "${line#*=}"
    fi
  done <"$file"
  : "${CLUSTER:=relevo}" "${CLUSTER_NAME:=$CLUSTER}" "${TLS:=on}" "${STATE:=new}"
  check_configuration
  ((${#problems[@]} == 0)) || fail 2 "$file: $(printf '%s; ' "${problems[@]}")"
}

# Adds to `problems` of its caller: all of them are told at once.
check_configuration() {
  must_match ROLE '^(leader|follower|proxy|client)$'
  must_match CLUSTER '^[a-z][a-z0-9-]{0,30}$'
  must_match CLUSTER_NAME '^[a-z][a-z0-9-]{0,30}$'
  # A file system's label holds 16 bytes, of which relevo- takes seven.
  must_match NAME '^[a-z][a-z0-9-]{0,8}$'
  must_match TLS '^(on|off)$'
  must_match STATE '^(new|existing)$'
  if is_node; then must_match NODE_ID '^[1-9][0-9]*$'; fi
  if [[ ${ROLE:-} == client ]]; then
    must_match ENDPOINTS '^[^=[:space:]]+:[0-9]+$'
  else
    must_match NODES '^[0-9]+=[^=[:space:]]+:[0-9]+'
  fi
  if [[ -n ${VOLUME_ID:-} ]]; then must_match VOLUME_ID '^vol-[0-9a-f]+$'; fi
  if [[ -n ${ZONE_ID:-} ]]; then must_match DNS_NAME '^[a-z0-9.-]+$'; fi
}

must_match() {
  [[ ${!1} =~ $2 ]] || problems+=("$1=${!1}: must match $2")
}

is_node() { [[ $ROLE == leader || $ROLE == follower ]]; }
