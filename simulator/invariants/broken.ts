/** A property that must hold does not. */
export class PropertyBroken extends Error {
  override readonly name = 'PropertyBroken';

  constructor(
    readonly property: string,
    what: string,
  ) {
    super(`${property}: ${what}`);
  }
}
