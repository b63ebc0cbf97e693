/**
 * No node comes to a format level that its release does not read (docs/architecture.md, "Releases side by side"):
 * one that would has no way on but another release.
 */
import { PropertyBroken } from './broken.js';
import type { NodeView, Property } from './view.js';

export class FormatRead implements Property {
  stepped({ name, replica }: NodeView): void {
    const { formatLevel } = replica.store;
    if (formatLevel === 1) return;
    const { formatMax, release } = replica.state();
    if (formatLevel <= formatMax) return;
    throw new PropertyBroken(
      'format read',
      `${name}, of release ${release}, reads formats up to ${String(formatMax)}, and its log is raised to ${String(formatLevel)}`,
    );
  }
}
