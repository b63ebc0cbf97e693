/** What the tool reaches outside itself: the command `aws`, programs of the project, a person, the clock. */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';

export interface World {
  /** Runs `aws`, and gives what it printed. Rejects with what it complained. */
  aws(words: readonly string[]): Promise<string>;
  /** Runs a program and gives what it printed. */
  program(command: string, words: readonly string[]): Promise<string>;
  /** Runs `aws` on this very terminal; gives its exit status. */
  terminal(words: readonly string[]): Promise<number>;
  /** Whether a person says yes; without a terminal, nobody does. */
  agrees(question: string): Promise<boolean>;
  say(line: string): void;
  sleep(milliseconds: number): Promise<void>;
  /** Milliseconds, from whenever. */
  now(): number;
}

/** Something that the operator can mend: its words are all that is shown. */
export class Complaint extends Error {}

export function realWorld(): World {
  return {
    aws: (words) => captured('aws', words),
    program: captured,
    terminal: (words) =>
      new Promise((resolve, reject) => {
        const child = spawn('aws', [...words], { stdio: 'inherit' });
        child.on('error', reject);
        child.on('close', (status) => {
          resolve(status ?? 1);
        });
      }),
    agrees: async (question) => {
      if (!process.stdin.isTTY) return false;
      const terminal = createInterface({ input: process.stdin, output: process.stderr });
      const answer = await terminal.question(`${question} [y/N] `);
      terminal.close();
      return /^y(es)?$/i.test(answer.trim());
    },
    say: (line) => process.stdout.write(`${line}\n`),
    sleep: (milliseconds) => pause(milliseconds),
    now: () => performance.now(),
  };
}

function captured(command: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let complaint = '';
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (complaint += data.toString()));
    child.on('error', (error) => {
      reject(new Complaint(`${command} can't be started: ${error.message}`));
    });
    child.on('close', (status) => {
      if (status === 0) resolve(out);
      else reject(new Complaint(`${command} ${words.slice(0, 2).join(' ')}: ${complaint.trim()}`));
    });
  });
}
