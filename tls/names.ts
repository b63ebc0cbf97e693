/** How a node's id stands in its certificate: as a URI among its subject's alternative names. */

const NODE_URI = /^URI:relevo:node:(\d{1,10})$/;

export function nodeUri(nodeId: number): string {
  return `relevo:node:${nodeId}`;
}

/** The node that a certificate is of, by its `subjectAltName` as Node prints it; null: of none, or of several. */
export function nodeOf(subjectAltName: string | undefined): number | null {
  const ids = (subjectAltName ?? '').split(', ').flatMap((name) => {
    const [, id] = NODE_URI.exec(name) ?? [];
    return id === undefined ? [] : [Number(id)];
  });
  const [only] = ids;
  return ids.length === 1 && only !== undefined ? only : null;
}
