import type { Report } from './ports.js';
import { RequestRemarks } from './request-remarks.js';

function told(remarks: RequestRemarks, now: number): Report[] {
  const reports: Report[] = [];
  remarks.tell(now, (report) => reports.push(report));
  return reports;
}

test('each is told once, by its id, with what became of it', () => {
  const remarks = new RequestRemarks();
  remarks.note('refused', 7, 3, 'lease-not-found');
  remarks.note('unknown', 7, 4, 'leader-changed');
  expect(told(remarks, 5)).toEqual([
    { type: 'request', outcome: 'refused', session: 7, sequence: 3, code: 'lease-not-found' },
    { type: 'request', outcome: 'unknown', session: 7, sequence: 4, code: 'leader-changed' },
  ]);
  expect(told(remarks, 2_000)).toEqual([]);
});

test('of thousands the first few are told, the others counted, and the next second begins anew', () => {
  const remarks = new RequestRemarks();
  for (let sequence = 1; sequence <= 3_000; sequence += 1) {
    remarks.note('unknown', 7, sequence, 'leader-changed');
  }
  const first = told(remarks, 5);
  expect(first).toHaveLength(17);
  expect(first.at(-1)).toEqual({ type: 'more-requests', requests: 2_984 });
  remarks.note('refused', 7, 4_000, 'invalid');
  expect(told(remarks, 1_004)).toEqual([]);
  expect(told(remarks, 1_005)).toHaveLength(1);
});

test('dumped and loaded, it goes on', () => {
  const remarks = new RequestRemarks();
  told(remarks, 5);
  for (let sequence = 1; sequence <= 20; sequence += 1) remarks.note('refused', 1, sequence, 'x');
  const loaded = new RequestRemarks();
  loaded.load(JSON.parse(JSON.stringify(remarks.dump())) as ReturnType<RequestRemarks['dump']>);
  expect(told(loaded, 10)).toEqual(told(remarks, 10));
});
