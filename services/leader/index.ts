export { LeaderDuties } from './duties.js';
export type { LeaderConfig, LeaderDecision, LeaderView } from './duties.js';
