export { firstCampaign } from './first-campaign.js';
export type { CampaignStep, CampaignView } from './first-campaign.js';
export { Forwarding, type ForwardingState } from './forwarding.js';
