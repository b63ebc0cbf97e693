export {
  identityFiles,
  readMaterial,
  TlsProblem,
  type IdentityFiles,
  type Material,
  type Role,
} from './files.js';
export { TlsGate, type GateEvents } from './gate.js';
export { TlsIdentity, type IdentityEvents } from './identity.js';
export { isLoopback, PLAINTEXT, plaintextProblem, type Plaintext } from './plaintext.js';
export { nodeOf, nodeUri } from './names.js';
