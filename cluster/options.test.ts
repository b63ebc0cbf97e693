import { join } from 'node:path';
import { CommanderError } from 'commander';
import { parseStartOptions } from './options.js';

const parse = (...words: string[]) => parseStartOptions(words, '/here', () => undefined);

describe('the options of npm start', () => {
  test('without any: the defaults', () => {
    expect(parse()).toEqual({
      proxies: 1,
      dataDirectory: join('/here', 'data'),
      fresh: false,
      smoke: false,
      tls: false,
    });
  });

  test('R7 --election takes one time for all, or one a node', () => {
    expect(parse('--election', '300-600ms').electionTimeout).toBe('300-600ms');
    expect(parse('--election', '6787=10s,6788=30s, 6789=40s').electionTimeout).toEqual({
      6787: '10s',
      6788: '30s',
      6789: '40s',
    });
  });

  test('--election keeps what is no node=time, to be judged with all other settings', () => {
    expect(parse('--election', '6787=10s,oops,6787=20s,6788=').electionTimeout).toEqual({
      6787: '10s',
      oops: '',
      '6787=20s': '20s',
      6788: '',
    });
  });

  test('R1 --nodes, --proxies, --data and --fresh', () => {
    expect(parse('--nodes', '5', '--proxies', '2', '--data', 'there', '--fresh')).toEqual({
      nodes: 5,
      proxies: 2,
      dataDirectory: join('/here', 'there'),
      fresh: true,
      smoke: false,
      tls: false,
    });
  });

  test('--smoke keeps to a folder of its own unless told', () => {
    expect(parse('--smoke').dataDirectory).toBeNull();
    expect(parse('--smoke', '--data', '/there').dataDirectory).toBe('/there');
  });

  test.each([
    ['--nodes', '0'],
    ['--nodes', 'three'],
    ['--nodes', '10'],
    ['--proxies', '0'],
    ['--frehs'],
    ['something'],
  ])('%s %s is wrong usage', (...words) => {
    expect(() => parse(...words)).toThrow(CommanderError);
  });
});
