/** The keys, and what the pictures mean. */
import { isHelpOpen } from '../state/store.js';

const KEYS: readonly (readonly [string, string])[] = [
  ['space', 'run, hold'],
  ['← →', 'back, forward; at the newest picture the next event'],
  ['[ ]', 'slower, faster'],
  ['1 … 7', 'select a node'],
  ['s', 'start or stop it'],
  ['k', 'kill it'],
  ['t', 'its election timer expires'],
  ['x', 'isolate it'],
  ['a', 'align the timers, for a split vote'],
  ['w', 'write'],
  ['f', 'fork: here and now begins another story'],
  ['l', 'live'],
  ['esc', 'close, or select nothing'],
];

export function Help() {
  if (!isHelpOpen.value) return null;
  return (
    <dialog open class="help" aria-label="help">
      <h2>Keys</h2>
      <dl>
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <h2>Pictures</h2>
      <p>
        ★ leads, ● follows, ? asks for votes, … asks whether it could win, ✕ is down, ‖ is frozen.
      </p>
      <p>
        The arc around a node is its timer. A colour is a term. In the logs, filled is committed,
        outlined is not, dashed is missing.
      </p>
      <button type="button" class="accent" onClick={() => (isHelpOpen.value = false)}>
        close
      </button>
    </dialog>
  );
}
