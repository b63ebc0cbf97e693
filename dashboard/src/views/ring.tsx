/** The nodes in a ring, what they are, what runs out, and what is on its way. */
import type { FlightSight, LinkSight, MemberSight } from '#rpc/generated/relevo/v1/sight';
import { drawnMs } from '../state/clock.js';
import { act, frame, kind, selected } from '../state/store.js';
import { flightClass, iconOf, KIND_TEXTS, standingOf, termClass } from './words.js';

const WIDTH = 520;
const HEIGHT = 400;
const CENTRE = { x: WIDTH / 2, y: HEIGHT / 2 + 10 };
const RADIUS = 128;
const NODE_RADIUS = 32;
const TIMER_RADIUS = 40;

interface Point {
  readonly x: number;
  readonly y: number;
}

export function Ring() {
  const now = frame.value;
  if (now === null) return <div class="ring empty">waiting for the first picture …</div>;
  const { members, links, flights, proxies } = now.sight;
  const places = placesOf(members);
  return (
    <svg
      class="ring"
      viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`}
      role="img"
      aria-label={labelOf(members)}
    >
      <g class="links">
        {links.map((link) => (
          <Link key={`${String(link.from)}-${String(link.to)}`} link={link} places={places} />
        ))}
      </g>
      {proxies.map((proxy) => (
        <ProxyGlyph
          key={proxy.name}
          name={proxy.name}
          queued={proxy.queued}
          up={proxy.up}
          leader={places.get(proxy.leader)}
        />
      ))}
      <Flights flights={flights} places={places} />
      {members.map((member) => (
        <NodeGlyph
          key={member.node}
          member={member}
          at={places.get(member.node) ?? CENTRE}
          atMs={now.sight.atMs}
        />
      ))}
    </svg>
  );
}

function placesOf(members: readonly MemberSight[]): ReadonlyMap<number, Point> {
  return new Map(
    members.map(({ node }, at) => {
      const angle = -Math.PI / 2 + (2 * Math.PI * at) / members.length;
      const x = CENTRE.x + RADIUS * 1.18 * Math.cos(angle);
      return [node, { x, y: CENTRE.y + RADIUS * Math.sin(angle) }];
    }),
  );
}

/** For those who do not see it: the table has the rest. */
function labelOf(members: readonly MemberSight[]): string {
  const all = members.map((member) => `${member.name} ${standingOf(member)}`);
  return `the cluster: ${all.join(', ')}`;
}

function Link({ link, places }: { link: LinkSight; places: ReadonlyMap<number, Point> }) {
  const [from, to] = [places.get(link.from), places.get(link.to)];
  if (from === undefined || to === undefined) return null;
  // Each direction has a line of its own, a little to its right.
  const { x, y } = sideways(from, to, 5);
  const count = link.sent.reduce((sum, { count: each }) => sum + each, 0);
  const state = link.cut ? 'cut' : link.open ? 'open' : 'closed';
  const middle = { x: (from.x + to.x) / 2 + x, y: (from.y + to.y) / 2 + y };
  return (
    <g class={`link ${state}`}>
      <line x1={from.x + x} y1={from.y + y} x2={to.x + x} y2={to.y + y} />
      {count > 0 && !link.cut && (
        <line class="pulse" x1={from.x + x} y1={from.y + y} x2={to.x + x} y2={to.y + y} />
      )}
      {link.cut && (
        <text x={middle.x} y={middle.y} dy="0.35em">
          ✂
        </text>
      )}
    </g>
  );
}

function sideways(from: Point, to: Point, by: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: (-(to.y - from.y) / length) * by, y: ((to.x - from.x) / length) * by };
}

function NodeGlyph({ member, at, atMs }: { member: MemberSight; at: Point; atMs: number }) {
  const standing = standingOf(member);
  const { sight, node, name } = member;
  const isSelected = selected.value === node;
  const runs = member.state === 'up' && sight !== undefined;
  const isChoosing = sight?.election !== undefined;
  return (
    <g
      class={`node ${standing} ${runs ? termClass(sight.term) : 'term-none'} ${isSelected ? 'selected' : ''}`}
      transform={`translate(${String(at.x)} ${String(at.y)})`}
      onClick={() => (selected.value = isSelected ? 0 : node)}
    >
      <circle class="halo" r={NODE_RADIUS + 14} />
      {runs && <TimerArc member={member} atMs={atMs} />}
      <circle class="disc" r={NODE_RADIUS} />
      <text class="icon" dy="-2">
        {iconOf(standing)}
      </text>
      <text class="term" dy="16">
        {sight === undefined ? '–' : `t${String(sight.term)}`}
      </text>
      <text class="name" dy={at.y < CENTRE.y - 60 ? -54 : 62}>
        {name}
        <tspan class="role"> {standing}</tspan>
      </text>
      {runs && isChoosing && (
        <Votes
          granted={sight.election?.granted.length ?? 0}
          voters={sight.voters.length}
          isBelow={at.y < CENTRE.y - 60}
        />
      )}
    </g>
  );
}

/** What is left of the timer that runs out first. */
function TimerArc({ member, atMs }: { member: MemberSight; atMs: number }) {
  const timer = member.sight?.timers.find(({ spanMs }) => spanMs > 0);
  if (timer === undefined) return null;
  const left = Math.max(0, timer.leftMs - Math.max(0, drawnMs.value - atMs));
  const share = Math.min(1, left / timer.spanMs);
  const length = 2 * Math.PI * TIMER_RADIUS;
  return (
    <circle
      class={`timer ${timer.name}`}
      r={TIMER_RADIUS}
      transform="rotate(-90)"
      stroke-dasharray={`${String(share * length)} ${String(length)}`}
    />
  );
}

/** Filled: granted. A ring around as many as are needed. */
function Votes({
  granted,
  voters,
  isBelow,
}: {
  granted: number;
  voters: number;
  isBelow: boolean;
}) {
  const needed = Math.floor(voters / 2) + 1;
  return (
    <g class="votes">
      {Array.from({ length: voters }, (_, at) => (
        <circle
          key={at}
          class={at < granted ? 'have' : at < needed ? 'need' : 'spare'}
          cx={(at - (voters - 1) / 2) * 11}
          cy={(isBelow ? 1 : -1) * (NODE_RADIUS + 20)}
          r={4}
        />
      ))}
    </g>
  );
}

function ProxyGlyph({
  name,
  queued,
  up,
  leader,
}: {
  name: string;
  queued: number;
  up: boolean;
  leader: Point | undefined;
}) {
  return (
    <g class={`proxy ${up ? '' : 'down'}`}>
      {leader !== undefined && up && (
        <line x1={CENTRE.x} y1={CENTRE.y} x2={leader.x} y2={leader.y} />
      )}
      <g transform={`translate(${String(CENTRE.x)} ${String(CENTRE.y)})`}>
        <rect x={-26} y={-13} width={52} height={26} rx={7} />
        <text dy="0.35em">{name}</text>
        {queued > 0 && (
          <text class="queued" dy={30}>
            {`${String(queued)} wait`}
          </text>
        )}
      </g>
    </g>
  );
}

/** Who is no node and no proxy comes from below. */
const OUTSIDE: Point = { x: CENTRE.x, y: HEIGHT - 6 };

function Flights({
  flights,
  places,
}: {
  flights: readonly FlightSight[];
  places: ReadonlyMap<number, Point>;
}) {
  const now = drawnMs.value;
  const place = (node: number, name: string): Point =>
    places.get(node) ?? (name.startsWith('proxy') ? CENTRE : OUTSIDE);
  return (
    <g class="flights">
      {flights.map((flight) => {
        const [from, to] = [place(flight.from, flight.fromName), place(flight.to, flight.toName)];
        const span = flight.dueMs - flight.sentMs || 1;
        const share = Math.max(0, Math.min(1, (now - flight.sentMs) / span));
        const side = sideways(from, to, 5);
        const x = from.x + (to.x - from.x) * share + side.x;
        const y = from.y + (to.y - from.y) * share + side.y;
        const isNodes = flight.from !== 0 && flight.to !== 0;
        return (
          <g
            key={flight.flight}
            class={`flight ${flightClass(flight.kind)}`}
            transform={`translate(${String(x)} ${String(y)})`}
            onClick={() => {
              if (isNodes && kind.value === 'playground')
                void act({ type: 'drop', flight: flight.flight });
            }}
          >
            <title>{`${KIND_TEXTS[flight.kind] ?? flight.kind} ${flight.text}${isNodes ? ' (click: drop it)' : ''}`}</title>
            <circle class="reach" r={9} />
            <circle class="dot" r={flight.kind.startsWith('heartbeat') ? 3 : 4.5} />
          </g>
        );
      })}
    </g>
  );
}
