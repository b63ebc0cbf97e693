export { Authority, type Issued, type Subject } from './authority.js';
export { CertificateFolder, type Certificate, type Process, type Terms } from './folder.js';
