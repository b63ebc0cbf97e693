export { Authority, type Issued, type Subject } from './authority.js';
export { OutOfOrder, ROTATION_STEPS, type RotationStep } from './rotation.js';
export { CertificateFolder, type Certificate, type Process, type Terms } from './folder.js';
