import { parseEndpoints } from './endpoints.js';

test('R55 an address is host:port or a port of this machine, one or several', () => {
  expect(parseEndpoints('6788')).toEqual(['127.0.0.1:6788']);
  expect(parseEndpoints('a.example:1, 2379')).toEqual(['a.example:1', '127.0.0.1:2379']);
  expect(parseEndpoints(['[::1]:2379'])).toEqual(['[::1]:2379']);
});

test('a wrong address is named', () => {
  for (const wrong of ['', 'host', 'host:', 'host:0', 'host:65536', 'a:1,']) {
    expect(() => parseEndpoints(wrong)).toThrow(/is not host:port/);
  }
  expect(() => parseEndpoints([])).toThrow(/at least one/);
});
