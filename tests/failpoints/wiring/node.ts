/** A node of which every port has failpoints; otherwise it is started as it is shipped. */
import process from 'node:process';
import { runNode, type Surroundings } from '#node';
import { decorateApplier } from './applying.js';
import { FailpointDisk } from './disk.js';
import { FailpointNetwork } from './network.js';
import { Trigger } from './trigger.js';

export async function runFailpointNode(bornLeader: boolean): Promise<void> {
  const trigger = Trigger.ofProcess(process.env['NODE_NAME'] ?? '');
  decorateApplier(trigger);
  const surroundings: Surroundings = {
    disk: (root, deliver) => new FailpointDisk(trigger, root, deliver),
    ports: (ports, unsent) => ({
      ...ports,
      network: new FailpointNetwork(trigger, ports.network, unsent),
      report: (report) => {
        if (report.type === 'role') trigger.roleChanged(report.role, report.leader);
        ports.report(report);
      },
    }),
  };
  await runNode(bornLeader, process.argv.slice(2), surroundings);
}
