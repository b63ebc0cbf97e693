/** Findings of cdk-nag that are accepted here, each with its reason: without one it is not accepted. */
import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** `findings` maps a rule's id to the reason. */
export function acknowledge(
  construct: IConstruct,
  findings: Readonly<Record<string, string>>,
): void {
  for (const [id, reason] of Object.entries(findings)) {
    if (reason.length < 20) throw new Error(`${id} is acknowledged without a reason`);
    Validations.of(construct).acknowledge({ id, reason });
  }
}
