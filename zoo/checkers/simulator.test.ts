import { drawPlan, runPlan } from '#simulator';
import { worldRules } from '../bugs/wrong.js';
import { tryPlan } from './simulator.js';

test('a plan with no calls left is a finding under no rules, though no call succeeds in the end', () => {
  const plan = { ...drawPlan(1, { nodes: 3, kinds: [] }), faultsMs: 1, calls: [] };
  const rules = worldRules({ node: { hasRevision: () => true } });
  expect(runPlan(plan, { rules }).failure?.reason).toContain('no call succeeds;');
  expect(tryPlan(plan, { by: 'simulator', rules })).toBeNull();
  expect(tryPlan(plan, null)).toBeNull();
});
