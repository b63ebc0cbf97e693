/** Counted since the start, for metrics. */
export interface RouterFigures {
  /** Requests sent again after a node was lost, silent, deposed or refused them. */
  resends: number;
  overloaded: number;
  timedOut: number;
}

export function noFigures(): RouterFigures {
  return { resends: 0, overloaded: 0, timedOut: 0 };
}
