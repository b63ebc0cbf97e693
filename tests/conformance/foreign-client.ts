/** Clients that are not ours: each makes calls of relevo.v1.Kv in another language. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUF = join(ROOT, 'node_modules/@bufbuild/buf/bin/buf');
const PYTHON_CLIENT = join(ROOT, 'tests/conformance/python/kv_client.py');
const CALL_MS_MAX = 30_000;

export interface Call {
  readonly method: string;
  /** In protobuf's JSON form. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** `response` in protobuf's JSON form, or what kind of error it was. */
export interface Answer {
  readonly response?: Readonly<Record<string, unknown>>;
  /** A gRPC status, such as INVALID_ARGUMENT. */
  readonly code?: string;
  /** The trailer `relevo-outcome`. */
  readonly outcome?: string;
  readonly message?: string;
}

export interface ForeignClient {
  /** Why it can't run on this machine, and what to install; null if it can. */
  readonly missing: string | null;
  /** Makes the calls one after the other. */
  call(address: string, calls: readonly Call[]): Promise<readonly Answer[]>;
}

/** Go: `buf curl`, from a package that the project has anyway. */
export const goClient: ForeignClient = {
  missing: null,
  async call(address, calls) {
    const answers: Answer[] = [];
    for (const { method, request } of calls) {
      answers.push(await curl(`http://${address}/relevo.v1.Kv/${method}`, JSON.stringify(request)));
    }
    return answers;
  },
};

async function curl(url: string, data: string): Promise<Answer> {
  const options = ['--schema', 'proto', '--protocol', 'grpc', '--http2-prior-knowledge', '-v'];
  const { failed, stdout, stderr } = await run(process.execPath, [
    BUF,
    'curl',
    ...options,
    '-d',
    data,
    url,
  ]);
  if (!failed) return { response: JSON.parse(stdout) as Record<string, unknown> };
  const status = /\{\s*"code"[^]*\}\s*$/.exec(stderr)?.[0] ?? '{"code": "?", "message": "?"}';
  const { code, message } = JSON.parse(status) as { code: string; message: string };
  const outcome = /^buf: < .*relevo-outcome: (\S+)/im.exec(stderr)?.[1] ?? '';
  return { code: code.toUpperCase(), outcome, message };
}

const python = pythonWithGrpc();

/** Python: Debian's python3-grpcio, if it is there. */
export const pythonClient: ForeignClient = {
  missing:
    python === null
      ? 'Python has no gRPC here; apt-get install python3-grpcio python3-protobuf, and run it again.'
      : null,
  async call(address, calls) {
    if (python === null) throw new Error('there is no Python with gRPC');
    const directory = mkdtempSync(join(tmpdir(), 'relevo-descriptors-'));
    try {
      const descriptors = join(directory, 'relevo.binpb');
      const build = [BUF, 'build', '--as-file-descriptor-set', '-o', descriptors];
      execFileSync(process.execPath, build, { cwd: ROOT });
      const input = calls.map((call) => `${JSON.stringify(call)}\n`).join('');
      const { failed, stdout, stderr } = await run(
        python,
        [PYTHON_CLIENT, descriptors, address],
        input,
      );
      if (failed) throw new Error(`kv_client.py failed:\n${stderr}`);
      return stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Answer);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

/** Debian's own Python first: another one in the path doesn't see Debian's packages. */
function pythonWithGrpc(): string | null {
  for (const candidate of ['/usr/bin/python3', 'python3']) {
    try {
      execFileSync(candidate, ['-c', 'import grpc, google.protobuf'], { stdio: 'ignore' });
      return candidate;
    } catch {
      continue;
    }
  }
  return null;
}

interface Ran {
  readonly failed: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string, args: readonly string[], input = ''): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd: ROOT, timeout: CALL_MS_MAX };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      resolve({ failed: error !== null, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}
