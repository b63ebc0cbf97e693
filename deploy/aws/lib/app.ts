/** Both stacks of a cluster, with the checks that every synthesis makes. */
import { BootstraplessSynthesizer, Validations } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ClusterStack } from './cluster-stack.js';
import { DataStack } from './data-stack.js';
import { clusterStackName, dataStackName } from './plan.js';
import type { Plan } from './plan.js';

export interface Stacks {
  readonly data: DataStack;
  readonly hosts: ClusterStack;
}

/** Neither account nor region: the templates are the same everywhere, and nothing has to be asked for. */
export function addStacks(app: App, plan: Plan): Stacks {
  const named = (stackName: string) => ({
    stackName,
    // No bootstrap of the account: the templates are whole, and need nothing but their parameters.
    synthesizer: new BootstraplessSynthesizer(),
    tags: { 'relevo:cluster': plan.cluster },
  });
  const data = new DataStack(app, 'Data', plan, named(dataStackName(plan)));
  const hosts = new ClusterStack(app, 'Hosts', plan, named(clusterStackName(plan)));
  hosts.addStackDependency(data);
  return { data, hosts };
}

/** cdk-nag's rules; Amazon's own validation is switched on in cdk.json. */
export function addChecks(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
