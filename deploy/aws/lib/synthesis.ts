/** Templates in memory, for whoever draws, checks or stores them. */
import { App } from 'aws-cdk-lib';
import { addStacks } from './app.js';
import type { Plan } from './plan.js';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly UpdatePolicy?: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

export interface Templates {
  readonly data: Template;
  readonly hosts: Template;
}

/** Without the checks that bin/app.ts adds. */
export function templatesOf(plan: Plan): Templates {
  const app = new App({ context: { 'aws:cdk:disable-stack-trace': true } });
  const { data, hosts } = addStacks(app, plan);
  const assembly = app.synth();
  const template = (artefact: string): Template =>
    assembly.getStackArtifact(artefact).template as Template;
  return { data: template(data.artifactId), hosts: template(hosts.artifactId) };
}

/** Every resource of a type, with its logical id. */
export function ofType(template: Template, type: string): readonly (readonly [string, Resource])[] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}
