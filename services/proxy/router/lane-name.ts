/** The lanes that requests take: to the leader, to followers, to anybody. */
export type LaneName = 'write' | 'read' | 'stale';
