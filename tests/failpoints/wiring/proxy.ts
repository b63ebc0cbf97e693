/** A proxy whose ports have failpoints; otherwise it is started as it is shipped. */
import process from 'node:process';
import { RequestKind, type Request } from '#rpc/session/frames';
import { runProxy } from '../../../services/proxy/run.js';
import { Stream } from './sending.js';
import { Trigger } from './trigger.js';

const isRead = ({ kind }: Request): boolean =>
  kind === RequestKind.read || kind === RequestKind.staleRead;

export async function runFailpointProxy(): Promise<void> {
  const trigger = Trigger.ofProcess(process.env['PROXY_NAME'] ?? '');
  const streams = new Map<string, Stream>();
  const streamOf = (key: string): Stream => {
    const stream = streams.get(key) ?? new Stream(trigger);
    streams.set(key, stream);
    return stream;
  };
  await runProxy(process.argv.slice(2), (ports, unsent) => ({
    ...ports,
    toNode: (node, requests) => {
      streamOf(`node ${node}`).push({
        step: requests.every(isRead) ? 'proxy-send-reads' : 'proxy-send-writes',
        send: () => {
          ports.toNode(node, requests);
        },
        unsent: () => unsent.toNode(node),
      });
    },
    toClient: (connection, replies) => {
      streamOf(`client ${connection}`).push({
        step: 'proxy-answer',
        send: () => {
          ports.toClient(connection, replies);
        },
        unsent: () => unsent.toClient(connection),
      });
    },
  }));
}
