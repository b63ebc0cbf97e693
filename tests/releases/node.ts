/** Stands for services/follower/main.ts where a node is to be of another release: RELEASE_UNDER_TEST has it. */
import process from 'node:process';
import { runNode } from '#node';
import type { Program } from '#rpc/versions';
import { FileDisk } from '../../node/process/disk.js';

const program = JSON.parse(process.env['RELEASE_UNDER_TEST'] ?? '') as Program;

await runNode(false, process.argv.slice(2), {
  disk: (root, deliver) => new FileDisk(root, deliver),
  ports: (ports) => ports,
  program,
});
