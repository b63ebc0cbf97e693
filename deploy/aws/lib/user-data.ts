/** What an instance does at its first boot: says who it is, takes the artefact, and starts its bootstrap. */
import { UserData } from 'aws-cdk-lib/aws-ec2';

export interface Artefact {
  readonly bucketName: string;
  readonly key: string;
  readonly sha256: string;
}

/** `configuration` is as instance/lib/configuration.sh names it; tokens of the template may stand in it. */
export function userData(
  configuration: Readonly<Record<string, string>>,
  { bucketName, key, sha256 }: Artefact,
): UserData {
  const lines = Object.entries(configuration).map(([name, value]) => `${name}=${value}`);
  const data = UserData.forLinux();
  data.addCommands(
    'set -euo pipefail',
    'mkdir -p /etc/relevo /opt/relevo/releases',
    `cat >/etc/relevo/instance.conf <<'END'\n${lines.join('\n')}\nEND`,
    `sum=${sha256}`,
    // The network may still be coming up.
    `for _ in 1 2 3 4 5; do aws s3 cp --only-show-errors 's3://${bucketName}/${key}' /opt/relevo/relevo.tgz && break; sleep 5; done`,
    'echo "$sum  /opt/relevo/relevo.tgz" | sha256sum --check --quiet',
    'release=/opt/relevo/releases/$(printf %.12s "$sum")',
    'mkdir -p "$release" && tar -xzf /opt/relevo/relevo.tgz -C "$release" --strip-components=1 --no-same-owner',
    'exec "$release/instance/bootstrap.sh"',
  );
  return data;
}
