/** `cdk synth [-c profile=production] [-c nodes=5] [-c cluster=NAME]` */
import { App } from 'aws-cdk-lib';
import { addChecks, addStacks } from '../lib/app.js';
import { planOf } from '../lib/plan.js';
import { profileOf } from '../lib/profile.js';

const app = new App();
const given = (name: string, otherwise: string): string => {
  const value: unknown = app.node.tryGetContext(name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : otherwise;
};
const plan = planOf(
  given('cluster', 'relevo'),
  profileOf(given('profile', 'minimal')),
  Number(given('nodes', '3')),
);
addStacks(app, plan);
addChecks(app);
app.synth();
