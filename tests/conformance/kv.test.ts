/** R6: the unary service, driven by clients in other languages that know nothing but the .proto files. */
import process from 'node:process';
import { withCluster } from '../cluster/temporary.js';
import { goClient, pythonClient, type Answer, type Call } from './foreign-client.js';

const bytes = (text: string): string => Buffer.from(text).toString('base64');
const CLIENTS = [
  { language: 'Go', client: goClient },
  { language: 'Python', client: pythonClient },
];

const CALLS = {
  put: { method: 'Put', request: { key: bytes('ключ'), value: bytes('значение') } },
  putEmpty: { method: 'Put', request: { key: bytes('empty'), value: '' } },
  putBytes: { method: 'Put', request: { key: 'AP8B', value: '/wA=' } },
  putAgain: {
    method: 'Put',
    request: { key: bytes('ключ'), value: bytes('2'), returnPrevious: true },
  },
  get: { method: 'Get', request: { key: bytes('ключ') } },
  getEmpty: { method: 'Get', request: { key: bytes('empty') } },
  getMissing: { method: 'Get', request: { key: bytes('missing') } },
  getBytes: { method: 'Get', request: { key: 'AP8B', stale: false } },
  range: { method: 'Range', request: { key: 'AA==', rangeEnd: 'AA==', limit: '2' } },
  txn: {
    method: 'Txn',
    request: {
      compares: [
        {
          key: bytes('ключ'),
          target: 'COMPARE_TARGET_VERSION',
          result: 'COMPARE_RESULT_EQUAL',
          number: '2',
        },
      ],
      success: [{ put: { key: bytes('by txn'), value: bytes('yes') } }],
      failure: [{ delete: { key: bytes('empty') } }],
    },
  },
  remove: { method: 'Delete', request: { key: bytes('empty'), returnPrevious: true } },
  getRemoved: { method: 'Get', request: { key: bytes('empty') } },
  noKey: { method: 'Put', request: { key: '', value: bytes('x') } },
  longKey: { method: 'Put', request: { key: bytes('k'.repeat(5_000)), value: '' } },
  future: { method: 'Get', request: { key: bytes('ключ'), revision: '4000000' } },
  after: { method: 'Get', request: { key: bytes('by txn') } },
} satisfies Record<string, Call>;

describe('relevo.v1.Kv', () => {
  test.each(CLIENTS)(
    'R6 R57 a client in $language',
    async ({ language, client }) => {
      if (client.missing !== null) {
        console.warn(`NOT RUN: the conformance test in ${language}. ${client.missing}`);
        // Where the proof counts, a proof that was not made is a failure.
        expect({ language, missing: process.env['CI'] === 'true' ? client.missing : null }).toEqual(
          {
            language,
            missing: null,
          },
        );
        return;
      }
      await withCluster({}, async ({ cluster }) => {
        const names = Object.keys(CALLS);
        const answers = await client.call(cluster.endpoints[0] ?? '', Object.values(CALLS));
        expect(answers.length).toBe(names.length);
        check(Object.fromEntries(names.map((name, position) => [name, answers[position] ?? {}])));
      });
    },
    60_000,
  );
});

type Answers = Readonly<Record<string, Answer>>;

function check(answers: Answers): void {
  checkWrites(answers);
  checkReads(answers);
  checkErrors(answers);
  // The errors before it did the service no harm.
  expect(answers['after']?.response).toMatchObject({ pair: { value: bytes('yes') } });
}

function checkWrites({ put, putAgain, txn, remove }: Answers): void {
  expect(Number(put?.response?.['revision'])).toBeGreaterThan(0);
  expect(putAgain?.response).toMatchObject({
    previous: { value: bytes('значение'), version: '1' },
  });
  expect(txn?.response).toMatchObject({ succeeded: true });
  expect(remove?.response).toMatchObject({ deleted: '1', previous: [{ key: bytes('empty') }] });
}

function checkReads({ get, getEmpty, getMissing, getBytes, range, getRemoved }: Answers): void {
  expect(get?.response).toMatchObject({ found: true, pair: { value: bytes('2'), version: '2' } });
  expect(get?.response?.['servedBy']).toMatch(/./);
  // An empty value is there; JSON leaves out what is empty or false.
  expect(getEmpty?.response).toMatchObject({ found: true, pair: { key: bytes('empty') } });
  expect(getMissing?.response).not.toHaveProperty('found');
  expect(getMissing?.response).not.toHaveProperty('pair');
  expect(getRemoved?.response).not.toHaveProperty('found');
  expect(getBytes?.response).toMatchObject({ pair: { key: 'AP8B', value: '/wA=' } });
  expect(range?.response).toMatchObject({ count: '3', more: true });
  expect(range?.response?.['pairs']).toHaveLength(2);
}

function checkErrors({ noKey, longKey, future }: Answers): void {
  expect(noKey).toMatchObject({ code: 'INVALID_ARGUMENT', outcome: 'refused' });
  expect(noKey?.message).toContain('key');
  expect(longKey).toMatchObject({ code: 'INVALID_ARGUMENT', outcome: 'refused' });
  expect(longKey?.message).toContain('4096');
  expect(future).toMatchObject({ code: 'OUT_OF_RANGE', outcome: 'refused' });
}
