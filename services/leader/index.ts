export { LeaderDuties } from './duties.js';
export type { LeaderConfig, LeaderDecision, LeaderDutiesState, LeaderView } from './duties.js';
