/** Deals what there is in an order by chance: each once before any comes twice. */
import type { Random } from '../../../simulator/random.js';

export class Deck<Card> {
  #left: Card[] = [];

  constructor(
    private readonly cards: readonly Card[],
    private readonly random: Random,
  ) {}

  deal(): Card {
    if (this.#left.length === 0) this.#left = this.random.shuffle([...this.cards]);
    const card = this.#left.pop();
    if (card === undefined) throw new Error('there is nothing to deal; give one at least');
    return card;
  }

  /** It hit nobody: it is dealt again, after others. */
  putBack(card: Card): void {
    this.#left.unshift(card);
  }
}
