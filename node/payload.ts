/** A payload that is not an operation: the message says what is wrong with it. */
export class MalformedPayload extends Error {
  override readonly name = 'MalformedPayload';
}
