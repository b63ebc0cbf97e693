import assert from 'node:assert/strict';
import { PORTS } from '../../lib/plan.js';
import type { Step } from './step.js';

const SSH = 22;

/** The whole of who may reach whom, by the kind of host. */
const OPEN = new Set([
  `node -> node ${PORTS.peer}`,
  `proxy -> node ${PORTS.session}`,
  `client -> proxy ${PORTS.proxy}`,
  `client -> proxy ${PORTS.proxyHttp}`,
]);

const kindOf = (name: string): string =>
  name === 'client' ? 'client' : name.startsWith('proxy') ? 'proxy' : 'node';

export const doors: Step = {
  name: 'doors',
  shows: 'the packet filters made from the security groups: every pair of hosts, every port',
  async run(lab) {
    const names = lab.deployment.hosts.map(({ name }) => name);
    const ports = [SSH, ...Object.values(PORTS)];
    let tries = 0;
    let open = 0;
    await Promise.all(
      names.map(async (from) => {
        const doors = names
          .filter((to) => to !== from)
          .flatMap((to) => ports.map((port) => ({ to, port })));
        const opened = await lab.network.opens(
          lab.host(from).settings.card,
          doors.map(({ to, port }) => [lab.host(to).settings.card.address, port]),
        );
        for (const [at, { to, port }] of doors.entries()) {
          const isMeant = OPEN.has(`${kindOf(from)} -> ${kindOf(to)} ${port}`);
          assert.equal(opened[at], isMeant, `whether ${from} reaches ${to} at ${port}`);
          tries += 1;
          if (isMeant) open += 1;
        }
      }),
    );
    // Shut is not the same as silent: what is behind the doors does listen.
    for (const node of lab.nodes) {
      const listening = await lab.host(node).must('ss --no-header --tcp --listening --numeric');
      for (const port of [PORTS.session, PORTS.peer, PORTS.nodeHttp]) {
        assert.ok(listening.includes(`:${port} `), `${node} does not listen at ${port}`);
      }
    }
    return `${tries} tries: ${open} open, as meant; ${tries - open} shut`;
  },
};
