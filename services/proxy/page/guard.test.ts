import type { IncomingMessage } from 'node:http';
import type { PageConfig } from '#config';
import { Guard } from './guard.js';

const CONFIG: PageConfig = {
  ...{ isShown: true, token: 'secret', hosts: ['relevo.example'], control: true },
  supervisorSocket: null,
};
const NO_QUERY = new URLSearchParams();

const asked = (headers: Record<string, string>): IncomingMessage =>
  ({ headers: { host: 'localhost:8080', ...headers } }) as unknown as IncomingMessage;

const here = (config: Partial<PageConfig> = {}) =>
  new Guard({ ...CONFIG, hosts: ['localhost', ...CONFIG.hosts], ...config }, '127.0.0.1');
const forAll = (config: Partial<PageConfig> = {}) =>
  new Guard({ ...CONFIG, hosts: ['localhost', ...CONFIG.hosts], ...config }, '0.0.0.0');

describe('R62 who may ask', () => {
  test.each(['localhost:8080', '127.0.0.1:8080', '[::1]:8080', 'RELEVO.example'])('%s', (host) => {
    expect(here().mayAsk(asked({ host }))).toBeNull();
  });

  test.each(['evil.example', 'localhost.evil.example', '10.0.0.1:8080', ''])(
    'a port of this machine is not to be asked for as "%s"',
    (host) => {
      expect(here().mayAsk(asked({ host }))?.status).toBe(421);
    },
  );

  test('a port that others reach has the addresses of all of them', () => {
    expect(forAll().mayAsk(asked({ host: '10.0.0.1:8080' }))).toBeNull();
    expect(forAll().mayAsk(asked({ host: 'evil.example' }))?.status).toBe(421);
  });

  test.each([
    ['another origin', { origin: 'http://evil.example' }],
    ['the same name at another port', { origin: 'http://localhost:9090' }],
    ['no origin at all', { origin: 'null' }],
    ['a script of another page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }],
  ])('%s may not', (_what, headers) => {
    expect(here().mayAsk(asked(headers))?.status).toBe(403);
  });

  test.each([
    ['its own page', { origin: 'http://localhost:8080', 'sec-fetch-site': 'same-origin' }],
    ['a link on another page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
  ])('%s may', (_what, headers) => {
    expect(here().mayAsk(asked(headers))).toBeNull();
  });
});

describe('who may look', () => {
  test('everybody on this machine, where nobody else reaches it', () => {
    expect(here().mayLook(asked({}), NO_QUERY)).toBeNull();
  });

  test('elsewhere the token alone, in a header or in the query', () => {
    const guard = forAll();
    expect(guard.mayLook(asked({}), NO_QUERY)?.status).toBe(401);
    expect(guard.mayLook(asked({}), new URLSearchParams({ token: 'secreT' }))?.status).toBe(401);
    expect(guard.mayLook(asked({}), new URLSearchParams({ token: 'secret' }))).toBeNull();
    expect(guard.mayLook(asked({ authorization: 'Bearer secret' }), NO_QUERY)).toBeNull();
  });

  test('nobody elsewhere, if there is no token', () => {
    const denial = forAll({ token: null }).mayLook(asked({}), NO_QUERY);
    expect(denial?.status).toBe(403);
    expect(denial?.text).toContain('PAGE_TOKEN');
  });
});

describe('R62 who may act', () => {
  const token = { authorization: 'Bearer secret' };

  test('whoever shows the token', () => {
    expect(here().mayAct(asked(token))).toBeNull();
    expect(here().mayAct(asked({ ...token, 'sec-fetch-site': 'same-origin' }))).toBeNull();
  });

  test.each([
    ['nothing shown', {}],
    ['another token', { authorization: 'Bearer secreT' }],
    ['a longer one', { authorization: 'Bearer secret2' }],
    ['another scheme', { authorization: 'Basic secret' }],
  ])('%s: nobody, this machine or not', (_what, headers) => {
    expect(here().mayAct(asked(headers))?.status).toBe(401);
  });

  test('nobody from another page, whatever is shown', () => {
    expect(here().mayAct(asked({ ...token, 'sec-fetch-site': 'cross-site' }))?.status).toBe(403);
  });

  test('nobody, where control is off', () => {
    expect(here({ control: false }).mayAct(asked(token))?.status).toBe(403);
  });
});
