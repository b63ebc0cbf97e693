import { Random } from '../../../simulator/random.js';
import { Deck } from './deck.js';

describe('a deck', () => {
  const cards = ['a', 'b', 'c', 'd'];

  test('deals each once before any comes twice', () => {
    const deck = new Deck(cards, new Random(1));
    for (let round = 0; round < 5; round++) {
      expect(cards.map(() => deck.deal()).sort()).toEqual(cards);
    }
  });

  test('deals what was put back after the others', () => {
    const deck = new Deck(cards, new Random(1));
    const first = deck.deal();
    deck.putBack(first);
    expect([deck.deal(), deck.deal(), deck.deal()]).not.toContain(first);
    expect(deck.deal()).toBe(first);
  });

  test('without cards says so', () => {
    expect(() => new Deck([], new Random(1)).deal()).toThrow('nothing to deal');
  });
});
