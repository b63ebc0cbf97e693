import { ConnectionLimit } from './connection-limit.js';

test('one address is full before the port is, and others still come in', () => {
  const limit = new ConnectionLimit({ connectionsMax: 3, connectionsPerAddressMax: 2 });
  expect([limit.enter('a'), limit.enter('a')]).toEqual([null, null]);
  expect(limit.enter('a')).toMatch(/a has 2 connections .*MAX_CONNECTIONS_PER_ADDRESS/);
  expect(limit.enter('b')).toBeNull();
  expect(limit.enter('c')).toMatch(/this port has 3 connections.*MAX_CONNECTIONS$/);
  expect(limit.size).toBe(3);
});

test('whoever leaves makes room, and whoever was refused took none', () => {
  const limit = new ConnectionLimit({ connectionsMax: 1, connectionsPerAddressMax: 1 });
  expect(limit.enter('a')).toBeNull();
  expect(limit.enter('b')).not.toBeNull();
  limit.leave('a');
  expect(limit.size).toBe(0);
  expect(limit.enter('b')).toBeNull();
});
