/** Which verb does what. Words that are wrong give a status of 2, and the usage. */
import { parseArgs } from 'node:util';
import { planOf } from '../lib/plan.js';
import { profileOf } from '../lib/profile.js';
import { giveCertificates, makeCertificates } from './certificates.js';
import { backup, restore, upgrade } from './change.js';
import { deploy } from './deploy.js';
import { destroy } from './destroy.js';
import { terminateLeader } from './terminate.js';
import { inspect, leader, logs, shell, status } from './watch.js';
import type { World } from './world.js';

export const USAGE = `relevo-aws VERB [--cluster NAME] [--yes]

  deploy [--profile minimal|production] [--nodes 1|3|5] [--artefact FILE] [--plain]
                      makes the cluster, or changes it; --plain: without certificates
  status              every instance, and what the cluster says of itself
  leader              who leads
  terminate-leader    terminates its instance while a client writes, and says what the client saw
  inspect HOST        a node's data files, their sums, and what they mean
  logs HOST [--follow]
  shell HOST          a session, without SSH
  upgrade [--artefact FILE] [--roll-back]
                      one host after the other, the leader last
  certs               renews what expires soon, and gives it to the hosts
  backup              now, to the bucket
  restore URL NAME    goes on with a backup's data, as a cluster of another name
  destroy             deletes the hosts; says what stays, and what that costs

The command aws has to be there, with credentials and a region. Certificates and their authorities lie in
./relevo-certificates, or in --certificates DIR: keep it, and keep it secret.
deploy, terminate-leader, restore and destroy ask first; --yes answers.`;

const OPTIONS = {
  cluster: { type: 'string', default: 'relevo' },
  profile: { type: 'string', default: 'minimal' },
  nodes: { type: 'string', default: '3' },
  artefact: { type: 'string' },
  certificates: { type: 'string' },
  plain: { type: 'boolean', default: false },
  follow: { type: 'boolean', default: false },
  'roll-back': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** `directory` is where certificates lie if nobody says otherwise. Gives the exit status. */
export async function runOperator(
  argv: readonly string[],
  world: World,
  directory: string,
): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    world.say(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  const { values, positionals } = parsed;
  const [verb = '', ...words] = positionals;
  const { cluster, yes } = values;
  const [one = '', two = ''] = words;
  const plan = () => planOf(cluster, profileOf(values.profile), Number(values.nodes));
  const certificates = values.certificates ?? directory;

  const verbs: Readonly<Record<string, { words: number; run: () => Promise<unknown> }>> = {
    deploy: {
      words: 0,
      run: () =>
        deploy(
          world,
          {
            cluster,
            profile: values.profile,
            nodes: Number(values.nodes),
            certificates,
            artefact: values.artefact,
            isPlain: values.plain,
          },
          yes,
        ),
    },
    status: { words: 0, run: () => status(world, cluster) },
    leader: { words: 0, run: () => leader(world, cluster) },
    'terminate-leader': { words: 0, run: () => terminateLeader(world, cluster, yes) },
    inspect: { words: 1, run: () => inspect(world, cluster, one) },
    logs: { words: 1, run: () => logs(world, cluster, one, values.follow) },
    shell: { words: 1, run: () => shell(world, cluster, one) },
    upgrade: {
      words: 0,
      run: () =>
        upgrade(world, cluster, { artefact: values.artefact, isBack: values['roll-back'] }),
    },
    certs: {
      words: 0,
      run: async () => {
        await makeCertificates(world, plan(), certificates);
        world.say(`${await giveCertificates(world, plan(), certificates)} files given out`);
      },
    },
    backup: { words: 0, run: () => backup(world, cluster) },
    restore: { words: 2, run: () => restore(world, cluster, one, two, yes) },
    destroy: { words: 0, run: () => destroy(world, cluster, yes) },
  };
  const chosen = verbs[verb];
  if (values.help || chosen?.words !== words.length) {
    world.say(USAGE);
    return values.help ? 0 : 2;
  }
  // Verbs that hand the terminal over give its status.
  const result = await chosen.run();
  return typeof result === 'number' ? result : 0;
}
