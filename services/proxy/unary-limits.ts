/**
 * What gRPC itself refuses of a unary call (a message over its limit, bytes that are no message) comes
 * without our trailers, and in words that name no remedy. It never reaches a handler, so that it has to be
 * put right where the status leaves.
 */
import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js';
import { OUTCOME_TRAILER, unaryError, type UnaryError } from '#rpc/errors';

export interface UnaryLimits {
  /** Of one gRPC message, either way. */
  readonly messageBytesMax: number;
  /** MAX_REQUEST_BYTES. */
  readonly requestBytesMax: number;
}

type PartialStatus = Parameters<ServerInterceptingCallInterface['sendStatus']>[0];

type Interceptor = (
  method: Parameters<ServerInterceptor>[0],
  call: ServerInterceptingCallInterface,
) => ServerInterceptingCallInterface;

export function unaryLimits(limits: UnaryLimits): ServerInterceptor {
  const interceptor: Interceptor = (method, call) => {
    // A stream ends with reasons of its own; nothing stands between it and its messages.
    if (method.requestStream || method.responseStream) return call;
    let received = false;
    const listener = new ServerListenerBuilder()
      .withOnReceiveMessage((message, next) => {
        received = true;
        next(message);
      })
      .build();
    const send = call.sendStatus.bind(call);
    // Not by way of a responder, which hears nothing of what gRPC answers by itself.
    call.sendStatus = (given) => {
      send(hasOutcome(given) ? given : (inOurWords(given, received, limits) ?? given));
    };
    return new ServerInterceptingCall(call, {
      start: (next) => {
        next(listener);
      },
    });
  };
  // Declared to give the class, although the interface is all that is used of it.
  return interceptor as unknown as ServerInterceptor;
}

function hasOutcome({ metadata }: PartialStatus): boolean {
  return (metadata?.get(OUTCOME_TRAILER).length ?? 0) > 0;
}

/** Null: it is not one of those. */
function inOurWords(
  { code, details: grpc }: PartialStatus,
  received: boolean,
  { messageBytesMax, requestBytesMax }: UnaryLimits,
): UnaryError | null {
  if (code === status.INTERNAL && !received) {
    const message = `the request is no message of this method (relevo/v1/kv.proto): ${grpc}`;
    return unaryError({ code: 'malformed', outcome: 'refused', message });
  }
  if (code !== status.RESOURCE_EXHAUSTED) return null;
  if (received) {
    const message =
      `the answer is larger than the ${messageBytesMax} bytes of one gRPC message (${grpc}); what was ` +
      'asked may have been carried out: look, and ask for less (a limit, no previous pairs)';
    return unaryError({ code: 'too-large', outcome: 'unknown', message });
  }
  const message =
    `the request is larger than the ${messageBytesMax} bytes of one gRPC message (${grpc}), and ` +
    `MAX_REQUEST_BYTES is ${requestBytesMax}; split it. Nothing happened: ${OUTCOME_TRAILER} is refused`;
  return unaryError({ code: 'too-large', outcome: 'refused', message });
}
