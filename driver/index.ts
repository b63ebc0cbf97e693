/** What every process of ours shares: driving a pure machine by the clock, starting and stopping. */
export { addCertificateMetrics } from './certificate-metrics.js';
export { identityOf, secureHttp } from './identity.js';
export { Pump, type Machine } from './pump.js';
export { ServiceManager } from './service-manager.js';
export { cannotStart, EXIT, settingsOrComplaint, StartRefused, stopWhenTold } from './life.js';
export { Pace } from './pace.js';
