/** gRPC server reflection, for grpcurl and its like; only where a setting asks for it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Server } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';

/** Every .proto file that has a service. */
const FILES = ['kv', 'session', 'peer', 'admin'].map((name) => `relevo/v1/${name}.proto`);

/** Shows these services, by full names such as `relevo.v1.Kv`. */
export function addReflection(server: Server, services: readonly string[]): void {
  const definition = loadSync(FILES, { includeDirs: [protoDirectory()] });
  new ReflectionService(definition, { services: [...services] }).addToServer(server);
}

/** Beside this folder in the source, one further up once it is built into dist/. */
function protoDirectory(): string {
  const candidates = ['../proto', '../../proto'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = candidates.find((directory) => existsSync(`${directory}/relevo/v1`));
  if (found !== undefined) return found;
  throw new Error(
    `no .proto files in ${candidates.join(' or ')}: reflection needs them; bring the folder proto/ ` +
      'with the program, or set REFLECTION=false',
  );
}
