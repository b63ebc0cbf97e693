/** When a process's certificates expire, for its metrics. */
import type { TlsIdentity } from '#tls';

interface Gauges {
  gauge(
    name: string,
    help: string,
    read: () => readonly {
      readonly labels: Readonly<Record<string, string>>;
      readonly value: number;
    }[],
    labelNames: readonly string[],
  ): void;
}

/** By role; null: connections are plain there, and nothing is told. */
export function addCertificateMetrics(
  metrics: Gauges,
  identities: Readonly<Record<string, TlsIdentity | null>>,
): void {
  metrics.gauge(
    'relevo_certificate_expires_timestamp_seconds',
    'When the certificate for this role expires, in seconds since 1970.',
    () =>
      Object.entries(identities).flatMap(([role, identity]) =>
        identity === null ? [] : [{ labels: { role }, value: identity.material.expiresAt / 1_000 }],
      ),
    ['role'],
  );
}
