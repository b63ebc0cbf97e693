/** What can go wrong. Each kind is on or off by seed, and strikes as often as the seed says. */
export const FIRST_KINDS = [
  'crash-node',
  'crash-leader',
  'crash-all',
  'crash-step',
  'crash-proxy',
  'crash-client',
  'hunt-leaders',
  'freeze-node',
  'freeze-leader',
  'freeze-proxy',
  'leap-clock',
  'partition',
  'isolate-leader',
  'limp-leader',
  'one-way',
  'bridge',
  'ring',
  'swizzle',
  'break-streams',
  'hold-streams',
  'late-requests',
  'clog',
  'stop-node',
  'transfer',
  'slow-disk',
  'stall-disk',
  'full-disk',
  'failing-disk',
  'rot',
  'wipe',
  'add-member',
  'remove-member',
] as const;

/** Drawn apart, so that the plans of seeds that were kept stay what they were, but for these. */
export const LATER_KINDS = ['mislead-leader'] as const;

export const FAULT_KINDS = [...FIRST_KINDS, ...LATER_KINDS] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** These need nodes that can be added: whoever is lost or removed is replaced by a new one. */
export const MEMBERSHIP_KINDS: ReadonlySet<FaultKind> = new Set([
  'rot',
  'wipe',
  'add-member',
  'remove-member',
]);

/** One fault of a plan. What else there is to draw about it follows from its own seed. */
export interface Strike {
  /** Milliseconds after the world began. */
  readonly at: number;
  readonly kind: FaultKind;
  readonly seed: number;
}
