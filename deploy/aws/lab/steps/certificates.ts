import assert from 'node:assert/strict';
import { PORTS } from '../../lib/plan.js';
import type { Lab } from '../lab.js';
import { Load } from '../load/load.js';
import { until } from '../machine/until.js';
import { checked } from './checked.js';
import type { Step } from './step.js';

/** Doors at which certificates are shown, and a host that may knock there. */
function shownAt(lab: Lab): readonly (readonly [from: string, to: string, port: number])[] {
  const [one = '', other = ''] = lab.nodes;
  return [
    ['client', 'proxy-1', PORTS.proxy],
    ...lab.nodes.map((node) => ['proxy-1', node, PORTS.session] as const),
    [one, other, PORTS.peer],
    [other, one, PORTS.peer],
  ];
}

async function serials(lab: Lab): Promise<readonly string[]> {
  return Promise.all(
    shownAt(lab).map(([from, to, port]) => {
      const dial = `openssl s_client -connect ${to}.${lab.deployment.domain}:${port}`;
      const line = `${dial} </dev/null 2>/dev/null | openssl x509 -noout -serial`;
      return lab.host(from).must(line);
    }),
  );
}

export const certificates: Step = {
  name: 'certificates',
  shows: 'under load, every host gets another certificate and key, and shows it without a restart',
  async run(lab) {
    const names = lab.deployment.hosts.map(({ name }) => name);
    const units = 'systemctl show --property=MainPID,NRestarts relevo-node relevo-proxy';
    const processes = () => Promise.all(names.map((name) => lab.host(name).must(units)));
    const before = [await serials(lab), await processes()] as const;
    const load = await Load.begin(lab.client);
    await lab.operator(lab.runbooks.take('certificates-anew'), { HOSTS: names.join(' ') });
    const fetch = lab.runbooks.take('certificates-fetch');
    await Promise.all(names.map((name) => lab.host(name).must(fetch)));
    const begun = performance.now();
    await until('new certificates are shown at every door', 120_000, async () => {
      const now = await serials(lab);
      return now.every((serial, at) => serial !== before[0][at]) ? true : undefined;
    });
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const figures = checked(await load.end());
    assert.deepEqual(await processes(), before[1]);
    await lab.whole();
    return `${before[0].length} doors show new ones ${seconds} s after the files came; ${figures}`;
  },
};
