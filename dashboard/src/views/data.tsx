/** What is stored: keys with their revisions and past, one node beside another, and the files as they are on disk. */
import { useEffect, useState } from 'preact/hooks';
import type { ShownFile, ShownPair } from '../sources/source.js';
import { frame, nameOf, source, version } from '../state/store.js';

const REFRESH_MS = 1_000;
const SHOWN_CHARACTERS = 40_000;

export function DataView() {
  return (
    <div class="data">
      <Keys />
      <Files />
    </div>
  );
}

function Keys() {
  const members = frame.value?.sight.members ?? [];
  const leader =
    members.find(({ sight, state }) => state === 'up' && sight?.role === 'leader')?.node ?? 0;
  const [node, setNode] = useState(0);
  const [prefix, setPrefix] = useState('');
  const [open, setOpen] = useState<string | null>(null);
  const other = node === 0 ? (members.find((member) => member.node !== leader)?.node ?? 0) : node;
  const left = usePairs(leader, prefix);
  const right = usePairs(other, prefix);
  const keys = [
    ...new Set([...left.pairs, ...right.pairs].map(({ key }) => key ?? '(bytes)')),
  ].sort();
  return (
    <section aria-label="keys">
      <h2>Keys</h2>
      <p class="row">
        <label>
          prefix <input value={prefix} onInput={(event) => setPrefix(event.currentTarget.value)} />
        </label>
        <label>
          {'beside the leader '}
          <select value={other} onChange={(event) => setNode(Number(event.currentTarget.value))}>
            {members.map((member) => (
              <option key={member.node} value={member.node}>
                {member.name}
              </option>
            ))}
          </select>
        </label>
      </p>
      {left.trouble !== null && <p class="note">{left.trouble}</p>}
      <table class="keys">
        <thead>
          <tr>
            <th scope="col">key</th>
            <th scope="col">{leader === 0 ? 'nobody leads' : `${nameOf(leader)} (leader)`}</th>
            <th scope="col">revision</th>
            <th scope="col">changes</th>
            <th scope="col">{nameOf(other)}</th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => {
            const [mine, its] = [left, right].map(({ pairs }) =>
              pairs.find((pair) => (pair.key ?? '(bytes)') === key),
            );
            const differs = mine?.modRevision !== its?.modRevision;
            return (
              <tr key={key} class={differs ? 'differs' : ''}>
                <th scope="row">
                  <button
                    type="button"
                    onClick={() => setOpen(open === key ? null : key)}
                    aria-expanded={open === key}
                  >
                    {key}
                  </button>
                  {open === key && <Versions of={key} />}
                </th>
                <td>{mine === undefined ? '–' : (mine.value ?? '(bytes)')}</td>
                <td>{mine?.modRevision ?? '–'}</td>
                <td>{mine?.version ?? '–'}</td>
                <td>{its === undefined ? '–' : (its.value ?? '(bytes)')}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {keys.length === 0 && <p class="note">no keys yet: set one</p>}
    </section>
  );
}

interface Found {
  readonly pairs: readonly ShownPair[];
  readonly trouble: string | null;
}

function usePairs(node: number, prefix: string): Found {
  const [found, setFound] = useState<Found>({ pairs: [], trouble: null });
  useEffect(() => {
    let isOver = false;
    const look = (): void => {
      source.value?.keys(node, prefix).then(
        (pairs) => isOver || setFound({ pairs, trouble: null }),
        (error: unknown) => isOver || setFound({ pairs: [], trouble: String(error) }),
      );
    };
    look();
    const timer = setInterval(look, REFRESH_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [node, prefix, source.value]);
  return found;
}

function Versions({ of: key }: { of: string }) {
  const [versions, setVersions] = useState<readonly ShownPair[]>([]);
  useEffect(() => {
    source.value?.versions(key).then(setVersions, () => setVersions([]));
  }, [key, source.value]);
  return (
    <ol class="versions" aria-label={`versions of ${key}, newest first`}>
      {versions.map(({ modRevision, value }) => (
        <li key={modRevision}>
          <span>{`r${String(modRevision)}`}</span> {value ?? 'deleted'}
        </li>
      ))}
    </ol>
  );
}

function Files() {
  const members = frame.value?.sight.members ?? [];
  const [chosen, setChosen] = useState(0);
  const node = chosen === 0 ? (members[0]?.node ?? 0) : chosen;
  const [files, setFiles] = useState<readonly ShownFile[]>([]);
  const [path, setPath] = useState('');
  const [text, setText] = useState('');
  const tick = Math.floor(version.value / 20);
  useEffect(() => {
    if (node === 0) return;
    source.value?.files(node).then(
      (found) => {
        setFiles(found);
        if (!found.some((file) => file.path === path)) {
          setPath(found.findLast((file) => file.path.startsWith('log/'))?.path ?? '');
        }
      },
      (error: unknown) => setText(String(error)),
    );
  }, [node, tick, source.value]);
  useEffect(() => {
    if (path !== '')
      source.value?.readFile(node, path).then(setText, (error: unknown) => setText(String(error)));
  }, [node, path, tick]);
  return (
    <section aria-label="files" class="files">
      <h2>Files</h2>
      <p class="row">
        <label>
          {'of '}
          <select value={node} onChange={(event) => setChosen(Number(event.currentTarget.value))}>
            {members.map((member) => (
              <option key={member.node} value={member.node}>
                {member.name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="unseen">file</span>
          <select value={path} onChange={(event) => setPath(event.currentTarget.value)}>
            {files.map((file) => (
              <option key={file.path} value={file.path}>
                {`${file.path} (${String(file.bytes)} bytes)`}
              </option>
            ))}
          </select>
        </label>
      </p>
      <pre tabIndex={0} aria-label="contents">
        {text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}\n…` : text}
      </pre>
    </section>
  );
}
