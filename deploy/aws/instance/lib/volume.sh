# shellcheck shell=bash
# The data volume. A blank one under an old node's id would make a node that has forgotten what it promised
# (it could vote twice in a term): so a blank volume is taken for a new node alone, and what is on a volume must
# be this node's.

readonly DATA_ROOT=${RELEVO_DATA_ROOT:-/var/lib/relevo}
readonly FSTAB=${RELEVO_FSTAB:-/etc/fstab}
readonly MARKER=$DATA_ROOT/VOLUME

prepare_volume() {
  local device said
  mkdir -p "$DATA_ROOT"
  if [[ -z $VOLUME_ID$DEVICE ]]; then
    say "no volume is named: the data stays on this host's own disk"
  else
    if ! mountpoint -q "$DATA_ROOT"; then
      retry "${RELEVO_ATTACH_SECONDS:-300}" "the volume ${VOLUME_ID:-$DEVICE}" attach_volume
      device=$(volume_device)
      take_volume "$device"
      mount_volume "$device"
    fi
    # A volume that was enlarged: the file system follows.
    said=$(resize2fs "$(findmnt -no SOURCE "$DATA_ROOT")" 2>&1) || say "the file system keeps its size: $said"
  fi
  check_marker
  check_data
  chown relevo:relevo "$DATA_ROOT"
  chmod 0750 "$DATA_ROOT"
}

# By the volume's own id where the system shows it (Nitro), else where it was attached.
volume_device() {
  local by_id=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${VOLUME_ID/-/}
  if [[ -n $VOLUME_ID && -b $by_id ]]; then
    echo "$by_id"
  elif [[ -n $DEVICE && -b $DEVICE ]]; then
    echo "$DEVICE"
  else
    return 1
  fi
}

# A terminated instance keeps its hold on the volume for some seconds; it is waited for, never torn off, since
# it may still be writing.
attach_volume() {
  volume_device >/dev/null && return
  [[ -n $VOLUME_ID ]] || { echo "there is no block device $DEVICE"; return 1; }
  aws ec2 attach-volume --volume-id "$VOLUME_ID" --instance-id "$INSTANCE_ID" --device "${DEVICE:-/dev/sdf}"
  echo "attaching $VOLUME_ID"
  return 1
}

take_volume() {
  local device=$1 label found
  label=relevo-$NAME
  if is_blank "$device"; then
    [[ $STATE == new ]] || fail 3 "$device is blank, but $NAME had data: refused. It may have forgotten votes" \
      'and entries that others count on. Attach the right volume, or restore: docs/runbooks/volume-lost.md'
    say "$device is blank and $NAME is new: making a file system"
    mkfs.ext4 -q -L "$label" "$device"
    return
  fi
  found=$(blkid -p -s LABEL -o value "$device" || true)
  [[ $found == "$label" ]] ||
    fail 4 "$device is labelled '$found', not '$label': refused, it is not this node's"
}

# Not a sign of a file system, a partition table or anything else, nor a byte but zero at its beginning.
is_blank() {
  local status=0
  blkid -p "$1" >/dev/null 2>&1 || status=$?
  ((status == 2)) && cmp -s -n 65536 "$1" /dev/zero
}

mount_volume() {
  local device=$1
  sed -i "\\|[[:space:]]${DATA_ROOT}[[:space:]]|d" "$FSTAB"
  # nofail: a host without its volume can still be looked into; the service itself requires the mount.
  echo "$device $DATA_ROOT ext4 noatime,nofail,x-systemd.device-timeout=60 0 2" >>"$FSTAB"
  systemctl daemon-reload
  mount --fstab "$FSTAB" "$DATA_ROOT"
  say "$device is mounted at $DATA_ROOT"
}

# Two clusters may have a node of the same name.
check_marker() {
  local own
  own="cluster=$CLUSTER node=$NODE_ID name=$NAME"
  if [[ -e $MARKER ]]; then
    [[ $(<"$MARKER") == "$own" ]] && return
    say "the volume says: $(<"$MARKER")"
    if mountpoint -q "$DATA_ROOT"; then umount "$DATA_ROOT"; fi
    fail 4 "this host is: $own. Refused"
  fi
  [[ $STATE == new ]] || fail 5 "$MARKER is missing, but $NAME had data: refused, as a blank volume is"
  echo "$own" >"$MARKER"
}

check_data() {
  [[ $STATE == existing && ! -e $DATA_ROOT/data/identity.json ]] || return 0
  fail 5 "$DATA_ROOT/data has no identity.json, but $NAME had data: refused, as a blank volume is." \
    'Restore it: docs/runbooks/volume-lost.md'
}
