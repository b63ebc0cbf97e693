# shellcheck shell=bash
# Everything that only a cloud has: who this instance is, its name, its parameters. All calls go through the
# command `aws`; a host that is configured without any of this makes none.

readonly METADATA=${AWS_EC2_METADATA_SERVICE_ENDPOINT:-http://169.254.169.254}

is_cloud() { [[ -n $VOLUME_ID$ZONE_ID$PARAMETERS$BACKUP_URL ]]; }

# metadata PATH: with a token, as IMDSv2 asks.
metadata() {
  local token
  token=$(curl -fsS --max-time 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' \
    "${METADATA%/}/latest/api/token")
  curl -fsS --max-time 5 -H "X-aws-ec2-metadata-token: $token" "${METADATA%/}/latest/meta-data/$1"
}

use_cloud() {
  is_cloud || return 0
  command -v aws >/dev/null || fail 1 'the command aws is missing: the configuration names cloud resources'
  retry 60 'instance metadata' metadata instance-id
  INSTANCE_ID=$(metadata instance-id)
  ADDRESS=$(metadata local-ipv4)
  AWS_DEFAULT_REGION=$(metadata placement/region)
  export AWS_DEFAULT_REGION
  say "instance $INSTANCE_ID at $ADDRESS in $AWS_DEFAULT_REGION"
}

# The name is the identity: peers, certificates and clients know it; addresses come and go with instances.
publish_name() {
  [[ -n $ZONE_ID ]] || return 0
  local change
  change=$(printf '{"Changes":[{"Action":"UPSERT","ResourceRecordSet":{"Name":"%s","Type":"A","TTL":10,"ResourceRecords":[{"Value":"%s"}]}}]}' \
    "$DNS_NAME" "$ADDRESS")
  retry 120 "the name $DNS_NAME" \
    aws route53 change-resource-record-sets --hosted-zone-id "$ZONE_ID" --change-batch "$change"
  say "$DNS_NAME is $ADDRESS"
}

# Whether this node's data existed before: kept outside the volume, so that a blank volume under an old node's
# name can be told from a new node.
learn_state() {
  if [[ -n $PARAMETERS ]]; then
    retry 60 "the parameter $PARAMETERS/state" read_state
    STATE=$(read_state)
  fi
  [[ $STATE == new || $STATE == existing ]] ||
    fail 2 "$PARAMETERS/state is '$STATE': new or existing are the two that I know"
  say "this node is $STATE"
}

read_state() {
  aws ssm get-parameter --name "$PARAMETERS/state" --query Parameter.Value --output text
}
