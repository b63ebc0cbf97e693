/**
 * What the template's roles allow: every call of an instance is judged by the policies of its own role, as far as
 * they are written in this template (Allow, actions, resources with *, the conditions below).
 */
import { referred, shown } from '../../lib/facts.js';
import { ofType } from '../../lib/resources.js';
import type { Template } from '../../lib/resources.js';

export interface Request {
  readonly action: string;
  readonly resource: string;
  /** Values that conditions ask for, by their keys. */
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

interface Statement {
  readonly Effect: string;
  readonly Action: unknown;
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

type Tree = Readonly<Record<string, unknown>>;
const tree = (value: unknown): Tree => (value ?? {}) as Tree;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

export class Policies {
  readonly #hosts: Template;
  readonly #fill: (text: string) => string;

  /** `fill` replaces <NAME> by what the template would fill in. */
  constructor(hosts: Template, fill: (text: string) => string) {
    this.#hosts = hosts;
    this.#fill = fill;
  }

  /** Whether one statement of the host's role allows it. Nothing in the template denies to roles. */
  allows(host: string, request: Request): boolean {
    return this.#statements(host).some((statement) => this.#grants(statement, request));
  }

  #grants({ Effect, Action, Resource, Condition = {} }: Statement, request: Request): boolean {
    return (
      Effect === 'Allow' &&
      list(Action).includes(request.action) &&
      list(Resource).some((each) => matches(this.#fill(shown(each)), request.resource)) &&
      Object.entries(Condition).every(([operator, wanted]) => holds(operator, wanted, request))
    );
  }

  /** From the group of the host to its launch template, instance profile, role, and that role's policies. */
  #statements(host: string): readonly Statement[] {
    const role = this.#roleOf(host);
    return ofType(this.#hosts, 'AWS::IAM::Policy')
      .filter(([, { Properties = {} }]) =>
        list(Properties['Roles']).some((each) => referred(each) === role),
      )
      .flatMap(([, { Properties = {} }]) => {
        return list(tree(Properties['PolicyDocument'])['Statement']) as Statement[];
      });
  }

  #roleOf(host: string): string {
    const group = ofType(this.#hosts, 'AWS::AutoScaling::AutoScalingGroup').find(
      ([, { Properties = {} }]) =>
        list(Properties['Tags']).some(
          (tag) => tree(tag)['Key'] === 'relevo:host' && tree(tag)['Value'] === host,
        ),
    );
    const launch = tree(group?.[1].Properties)['LaunchTemplate'];
    const template = this.#properties(referred(tree(launch)['LaunchTemplateId']));
    const profile = tree(tree(template['LaunchTemplateData'])['IamInstanceProfile'])['Arn'];
    return referred(list(this.#properties(referred(profile))['Roles'])[0]);
  }

  #properties(id: string): Tree {
    return tree(this.#hosts.Resources[id]?.Properties);
  }
}

/** With * for whatever, as Amazon's patterns have it. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`).test(text);
}

/** Throws at an operator that the template has not had so far: it would be taken for one that holds. */
function holds(
  operator: string,
  wanted: Readonly<Record<string, unknown>>,
  { context = {} }: Request,
): boolean {
  return Object.entries(wanted).every(([key, value]) => {
    const allowed = list(value);
    const given = context[key];
    if (operator === 'StringEquals') return given?.length === 1 && allowed.includes(given[0]);
    if (operator === 'ForAllValues:StringEquals') {
      return (given ?? []).every((each) => allowed.includes(each));
    }
    throw new Error(`the lab does not know the condition ${operator}`);
  });
}
