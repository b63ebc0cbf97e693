/** How this node is watched, and, where its entry point allows that, broken (relevo.v1.Observer). */
import { status, type sendUnaryData } from '@grpc/grpc-js';
import type { ObserverServer, ReadFileRequest } from '#rpc/generated/relevo/v1/observe';
import { listShownFiles, readShownFile, shownPath } from './shown-files.js';
import type { Inflictor } from './surroundings.js';
import { WATCHERS_MAX, type Watchers } from './watchers.js';

export interface ObserverParts {
  readonly dataDirectory: string;
  readonly watchers: Watchers;
  /** Null: nothing can be inflicted on this process. */
  readonly inflictor: Inflictor | null;
}

interface Refusal {
  readonly code: status;
  readonly details: string;
}

export function observerService(parts: ObserverParts): ObserverServer {
  const { dataDirectory, watchers, inflictor } = parts;
  return {
    observe: (call) => {
      if (watchers.size < WATCHERS_MAX) watchers.add(call);
      else call.emit('error', tooManyWatchers());
    },
    listFiles: (_call, callback) => {
      answer(callback, async () => ({ files: await listShownFiles(dataDirectory) }));
    },
    readFile: ({ request }, callback) => {
      answer(callback, () => readFile(dataDirectory, request));
    },
    inflict: ({ request }, callback) => {
      if (inflictor === null) {
        callback(notAllowed());
        return;
      }
      const refusal = inflictor.inflict(request.fault, request.lastsMs);
      if (refusal !== null) {
        callback({ code: status.INVALID_ARGUMENT, details: refusal });
        return;
      }
      callback(null, { faults: [...inflictor.active()] });
    },
  };
}

async function readFile(directory: string, { path, offset, bytesMax }: ReadFileRequest) {
  const found = await readShownFile(directory, path, offset, bytesMax);
  if (found !== null) return found;
  const details =
    shownPath(path) === null
      ? 'this is no file of a data directory: ask for one that ListFiles names'
      : 'there is no such file (any more): ask ListFiles again';
  throw Object.assign(new Error(details), { code: status.NOT_FOUND, details });
}

function answer<Response>(callback: sendUnaryData<Response>, work: () => Promise<Response>): void {
  work().then(
    (response) => {
      callback(null, response);
    },
    (error: unknown) => {
      callback(refusalOf(error));
    },
  );
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Error && 'details' in error && 'code' in error)
    return error as Error & Refusal;
  return { code: status.INTERNAL, details: error instanceof Error ? error.message : String(error) };
}

function tooManyWatchers(): Refusal {
  const details = `${WATCHERS_MAX} watch this node already; a proxy needs one stream for all its pages`;
  return { code: status.RESOURCE_EXHAUSTED, details };
}

function notAllowed(): Refusal {
  const details =
    'this node was not started to have faults inflicted on it: npm start does that, a deployment never';
  return { code: status.PERMISSION_DENIED, details };
}
