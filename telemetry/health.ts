/** gRPC's own health service (grpc.health.v1), beside what a process serves. */
import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';

/** Tells whether the process serves: as a whole (the empty name) and each of its services. */
export type SetServing = (isServing: boolean) => void;

/** Not serving until it is told otherwise. `services` are full names such as `relevo.v1.Kv`. */
export function addHealth(server: Server, services: readonly string[]): SetServing {
  const names = ['', ...services];
  const health = new HealthImplementation(
    Object.fromEntries(names.map((name) => [name, 'NOT_SERVING' as const])),
  );
  health.addToServer(server);
  return (isServing) => {
    for (const name of names) health.setStatus(name, isServing ? 'SERVING' : 'NOT_SERVING');
  };
}
