import { type Server, ServerCredentials } from '@grpc/grpc-js';

/** Binds and starts to serve; port 0 takes any. Resolves to the port; rejects with the system's words. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(at, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
}
