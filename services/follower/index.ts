export { firstCampaign } from './first-campaign.js';
export type { CampaignStep, CampaignView } from './first-campaign.js';
export { Forwarding } from './forwarding.js';
