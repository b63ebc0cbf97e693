/** A bug of ours, or a damaged disk: the node has to stop, nothing it holds can be relied upon. */
export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';
}
