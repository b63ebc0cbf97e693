// Which of the given doors open to a TCP connection from where this runs: probe.mjs '[["10.40.0.11",6787], ...]'.
// Prints as many truth values. Packets that are dropped are waited for, not for ever.
import { connect } from 'node:net';
import process from 'node:process';

const WAIT_MS = 3_000;

const doors = JSON.parse(process.argv[2] ?? '[]');
console.log(JSON.stringify(await Promise.all(doors.map(opens))));

function opens([host, port]) {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (isOpen) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.setTimeout(WAIT_MS, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
