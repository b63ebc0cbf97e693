/**
 * A unary request whose body does not come to its end. grpc-js waits for it without limit, unless the
 * caller set a deadline; what a handler has received has the deadline of what it asks.
 */
import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js';
import { unaryError } from '#rpc/errors';

type Interceptor = (
  method: Parameters<ServerInterceptor>[0],
  call: ServerInterceptingCallInterface,
) => ServerInterceptingCallInterface;

/** Ends such a call as *not done*, so that it may be sent again. */
export function bodyDeadline(ms: number): ServerInterceptor {
  const interceptor: Interceptor = (method, call) => {
    // Streams have a greeting that must come in time.
    if (method.requestStream) return call;
    const timer = setTimeout(() => {
      const message = `the request's body was not complete after ${ms} ms; nothing was done, send it again`;
      call.sendStatus(unaryError({ code: 'timeout', outcome: 'not-done', message }));
    }, ms);
    const listener = new ServerListenerBuilder()
      .withOnReceiveHalfClose((next) => {
        clearTimeout(timer);
        next();
      })
      .withOnCancel(() => {
        clearTimeout(timer);
      })
      .build();
    return new ServerInterceptingCall(call, {
      start: (next) => {
        next(listener);
      },
    });
  };
  // Declared to give the class, although the interface is all that is used of it.
  return interceptor as unknown as ServerInterceptor;
}
