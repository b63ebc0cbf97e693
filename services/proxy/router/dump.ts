/** The router's whole state as plain data, and back. */
import type { Request } from '#rpc/session/frames';
import type { IdMap } from '#rpc/session/id-map';
import { laneOf, type ClientLink, type Flight } from './flight.js';
import type { LaneName } from './lane-name.js';
import type { Lane } from './lane.js';
import type { FleetDump } from './fleet.js';
import type { NodeLink } from './node-link.js';
import type { RemarksDump } from './remarks.js';
import type { ServedView } from './served.js';

export interface FlightDump {
  /** Null while it waits. */
  readonly id: number | null;
  readonly lane: LaneName | null;
  readonly connection: number;
  readonly request: Request;
  readonly order: number;
  readonly arrived: number;
  readonly deadline: number;
  readonly expires: number;
  readonly node: number | null;
  readonly sendings: number;
  readonly mayHaveHappened: boolean;
  readonly parts: number;
}

interface Figures {
  readonly fleet: FleetDump;
  readonly lastId: number;
  readonly lastOrder: number;
  readonly begunAnswers: readonly number[];
  /** Null: never. */
  readonly lookAtPartsAt: number | null;
  readonly stopped: boolean;
  readonly resends: number;
  readonly overloaded: number;
  readonly timedOut: number;
  readonly served: ServedView;
  readonly remarks: RemarksDump;
}

export interface RouterDump extends Figures {
  readonly clients: readonly ClientLink[];
  readonly flights: readonly FlightDump[];
  /** Null for "never", which JSON has no number for. */
  readonly earliest: number | null;
}

type Lanes = Readonly<Record<LaneName, Lane>>;

interface RouterState extends Figures {
  readonly clients: ReadonlyMap<number, ClientLink>;
  readonly lanes: Lanes;
  readonly inFlight: IdMap<Flight>;
  readonly earliest: number;
}

export function dumpRouter(state: RouterState): RouterDump {
  const { clients, lanes, inFlight, earliest, ...figures } = state;
  const flights: FlightDump[] = [];
  for (const lane of ['write', 'read', 'stale'] as const) {
    for (const flight of lanes[lane].all()) flights.push(dumpFlight(flight, null, lane));
  }
  for (const [id, flight] of inFlight) flights.push(dumpFlight(flight, id, null));
  return {
    ...figures,
    clients: [...clients.values()].map((client) => ({ ...client })),
    flights,
    earliest: earliest === Infinity ? null : earliest,
  };
}

/** Puts flights back into lanes and nodes, in their order. */
export function loadFlights(
  dumped: RouterDump,
  nodes: readonly NodeLink[],
  clients: ReadonlyMap<number, ClientLink>,
  lanes: Lanes,
  inFlight: IdMap<Flight>,
): void {
  for (const saved of dumped.flights) {
    const flight = loadFlight(saved, nodes, clients);
    if (saved.id === null) {
      const lane = lanes[saved.lane ?? 'write'];
      if (flight.sendings > 0) lane.restore(flight);
      else lane.push(flight);
    } else {
      inFlight.set(saved.id, flight);
      const isWrite = laneOf(flight.request.kind) === 'write';
      flight.node?.take(flight.request.payload.length, isWrite);
    }
  }
}

function dumpFlight(flight: Flight, id: number | null, lane: LaneName | null): FlightDump {
  const { client, node, request, order, arrived, deadline, expires, sendings } = flight;
  return {
    ...{ id, lane, connection: client.connection, request: { ...request }, order, arrived },
    ...{
      deadline,
      expires,
      node: node?.id ?? null,
      sendings,
      mayHaveHappened: flight.mayHaveHappened,
    },
    parts: flight.parts,
  };
}

/** A client that is not there any more left flights behind that will be answered to nobody. */
function loadFlight(
  saved: FlightDump,
  nodes: readonly NodeLink[],
  clients: ReadonlyMap<number, ClientLink>,
): Flight {
  const { connection, request, order, arrived, deadline, expires, sendings } = saved;
  const gone: ClientLink = { connection, open: false, requests: 0, bytes: 0 };
  return {
    ...{ client: clients.get(connection) ?? gone, request, order, arrived, deadline },
    ...{ expires, sendings },
    node: nodes.find((node) => node.id === saved.node) ?? null,
    mayHaveHappened: saved.mayHaveHappened,
    parts: saved.parts,
  };
}
