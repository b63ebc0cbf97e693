/** What a leader-born node looks at before it asks for the leadership, once in its life. */
export interface CampaignView {
  readonly leader: number | null;
  readonly appliedIndex: number;
  readonly commitIndex: number;
  /** Voters that greeted this node since it started, itself included. */
  readonly votersReached: number;
  readonly quorum: number;
}

export type CampaignStep = 'wait' | 'campaign' | 'ask-leader';

/**
 * How a leader-born node asks for the leadership: by an election when nobody leads and a majority is
 * in reach, or by asking the leader to hand over once it has caught up.
 */
export function firstCampaign(view: CampaignView): CampaignStep {
  if (view.leader === null) return view.votersReached >= view.quorum ? 'campaign' : 'wait';
  return view.commitIndex > 0 && view.appliedIndex >= view.commitIndex ? 'ask-leader' : 'wait';
}
