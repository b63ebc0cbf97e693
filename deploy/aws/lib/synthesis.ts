/** Templates in memory, for whoever draws, checks or stores them. */
import { App } from 'aws-cdk-lib';
import { addStacks } from './app.js';
import type { Plan } from './plan.js';
import type { Template, Templates } from './resources.js';

/** Without the checks that bin/app.ts adds. */
export function templatesOf(plan: Plan): Templates {
  const app = new App({ context: { 'aws:cdk:disable-stack-trace': true } });
  const { data, hosts } = addStacks(app, plan);
  const assembly = app.synth();
  const template = (artefact: string): Template =>
    assembly.getStackArtifact(artefact).template as Template;
  return { data: template(data.artifactId), hosts: template(hosts.artifactId) };
}
