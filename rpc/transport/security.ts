/** What a dialling side shows, and whom it takes for the right one. */
import { credentials, type ChannelCredentials, type ChannelOptions } from '@grpc/grpc-js';
import { nodeOf, type TlsIdentity } from '#tls';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';

export interface Security {
  readonly credentials: ChannelCredentials;
  /** Besides a channel's others. */
  readonly options: ChannelOptions;
}

type Judge = (certificate: PeerCertificate) => Error | undefined;

/**
 * For one dial of `address` (`host:port`); `identity` null: plain. The other side has to show a certificate of the
 * identity's authority, for the name or address that is dialled.
 */
export function dialSecurity(identity: TlsIdentity | null, address: string): Security {
  const host = address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return securityOf(identity, (certificate) => checkServerIdentity(host, certificate));
}

/** The same for a node's peer, which is known by its id instead, wherever it is dialled. */
export function peerSecurity(identity: TlsIdentity | null, nodeId: number): Security {
  return securityOf(identity, ({ subjectaltname }) => {
    const found = nodeOf(subjectaltname);
    if (found === nodeId) return undefined;
    const whose = found === null ? 'of no node' : `node ${found}'s`;
    return new Error(
      `its certificate is ${whose}, and node ${nodeId} is called; check NODES, and each TLS_DIR`,
    );
  });
}

/** Sent as the name that is asked for: grpc-js would send an address, which no name may be (RFC 6066). */
const NO_NAME = { 'grpc.ssl_target_name_override': 'relevo.invalid' };

function securityOf(identity: TlsIdentity | null, judge: Judge): Security {
  if (identity === null) return { credentials: credentials.createInsecure(), options: {} };
  const { authority, key, certificate } = identity.material;
  const [ca, own, chain] = [authority, key, certificate].map((text) => Buffer.from(text));
  const verify = {
    checkServerIdentity: (_name: string, shown: PeerCertificate) => judge(shown),
  };
  return { credentials: credentials.createSsl(ca, own, chain, verify), options: NO_NAME };
}
