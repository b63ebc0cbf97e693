/**
 * Which release a program is of, what it speaks and what it reads, and whether two programs can work side by
 * side: each greeting carries it. docs/architecture.md ("Releases side by side") has the whole.
 */

/** Of a program, as it says it. Releases before there was such a thing say nothing, which `saidBy` reads. */
export interface Versions {
  /** As in package.json; empty: it does not say. */
  readonly release: string;
  /** The versions of the protocol (proto/relevo/v1) that it speaks: both ends, and all between. */
  readonly protocolMin: number;
  readonly protocolMax: number;
  /** The highest format level that it reads, of the log's commands and of the state's lines. */
  readonly formatMax: number;
}

/** What a program is built with; a test hands another one in, to be another release. */
export interface Program extends Versions {
  /**
   * The level that it raises a cluster to once every member reads it; at most `formatMax`. A level is read
   * one release before it is written, so that each upgrade can be taken back.
   */
  readonly formatWritten: number;
}

/** This release. tests/form holds it to package.json. */
export const PROGRAM: Program = Object.freeze({
  release: '0.1.0',
  protocolMin: 1,
  protocolMax: 1,
  formatMax: 1,
  formatWritten: 1,
});

/** What a session's greeting says of a program. */
export function spoken({
  release,
  protocolMin,
  protocolMax,
}: Versions): Omit<Versions, 'formatMax'> {
  return { release, protocolMin, protocolMax };
}

/** With what is absent on the wire (0) in its place: the only version that there was. */
export function saidBy({ release, protocolMin, protocolMax, formatMax }: Versions): Versions {
  const lowest = protocolMin === 0 ? 1 : protocolMin;
  return {
    release: plainly(release),
    protocolMin: lowest,
    protocolMax: protocolMax === 0 ? lowest : protocolMax,
    formatMax: formatMax === 0 ? 1 : formatMax,
  };
}

/** The highest version of the protocol that both speak; null: there is none. */
export function commonProtocol(one: Versions, other: Versions): number | null {
  const [a, b] = [saidBy(one), saidBy(other)];
  const highest = Math.min(a.protocolMax, b.protocolMax);
  return highest >= Math.max(a.protocolMin, b.protocolMin) ? highest : null;
}

/** A program by its name in a sentence. */
export interface Speaker {
  readonly who: string;
  readonly versions: Versions;
}

/** `formatLevel`: of its replicated state; 0 and 1 are the first. */
export interface NodeSpeaker extends Speaker {
  readonly versions: Versions & { readonly formatLevel: number };
}

/** Why two programs can't speak with each other, with the remedy; null: they can. */
export function protocolProblem(one: Speaker, other: Speaker): string | null {
  if (commonProtocol(one.versions, other.versions) !== null) return null;
  return (
    `${one.who} (${releaseOf(one.versions)}) speaks ${spokenBy(one.versions)} of the protocol, ` +
    `${other.who} (${releaseOf(other.versions)}) ${spokenBy(other.versions)}: upgrade by way of a release that ` +
    'speaks a version of each, or run the same release on both'
  );
}

/** Why a program can't read what a cluster of that level writes, with the remedy; null: it can. */
export function formatProblem({ who, versions }: Speaker, level: number): string | null {
  const { formatMax } = saidBy(versions);
  if (level <= formatMax) return null;
  return (
    `${who} (${releaseOf(versions)}) reads formats up to level ${formatMax}, and the cluster writes level ${level}, ` +
    `which does not go back: start a release there that reads level ${level}`
  );
}

/** What two nodes have against each other: what each speaks, and what one writes and the other reads. */
export function nodesProblem(one: NodeSpeaker, other: NodeSpeaker): string | null {
  return (
    protocolProblem(one, other) ??
    formatProblem(one, other.versions.formatLevel) ??
    formatProblem(other, one.versions.formatLevel)
  );
}

/** `release 0.1.0`. */
export function releaseOf(versions: Versions): string {
  const { release } = saidBy(versions);
  return release === '' ? 'a release that does not say which' : `release ${release}`;
}

function spokenBy(versions: Versions): string {
  const { protocolMin, protocolMax } = saidBy(versions);
  return protocolMin === protocolMax
    ? `version ${protocolMin}`
    : `versions ${protocolMin} to ${protocolMax}`;
}

/** What a stranger says of itself goes into logs and terminals: nothing in it may be obeyed there. */
function plainly(release: string): string {
  return release.slice(0, RELEASE_CHARACTERS_MAX).replace(/[^\w.+-]/g, '?');
}

const RELEASE_CHARACTERS_MAX = 40;
