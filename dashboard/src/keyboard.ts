/** One key for each thing that is done often; nothing while somebody types. */
import {
  act,
  cursor,
  forkHere,
  forkLive,
  frame,
  goLive,
  isHelpOpen,
  kind,
  selected,
  shiftCursor,
  shiftSpeed,
  togglePlay,
} from './state/store.js';
import { confirmed } from './views/actions.js';

export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) {
      const isSlider = target instanceof HTMLInputElement && target.type === 'range';
      if (event.key === 'Escape') target.blur();
      if (!isSlider || event.key.startsWith('Arrow')) return;
    }
    if (event.key === ' ' && target instanceof HTMLButtonElement) return;
    if (press(event.key)) event.preventDefault();
  });
}

/** False: it is no key of ours. */
function press(key: string): boolean {
  const node = selected.value;
  const member = frame.value?.sight.members.find((each) => each.node === node);
  if (/^[1-7]$/.test(key)) {
    const chosen = frame.value?.sight.members[Number(key) - 1];
    if (chosen !== undefined) selected.value = chosen.node === node ? 0 : chosen.node;
    return true;
  }
  if (member !== undefined && onNode(key, node, member.state === 'down')) return true;
  return onAll(key);
}

function onNode(key: string, node: number, isDown: boolean): boolean {
  switch (key) {
    case 's':
      void confirmed(isDown ? { type: 'start', node } : { type: 'stop', node });
      return true;
    case 'r':
      void confirmed({ type: isDown ? 'start' : 'stop', node });
      return true;
    case 'k':
      void confirmed({ type: 'kill', node });
      return true;
    case 't':
      void act({ type: 'expire', node, timer: 'election' });
      return true;
    case 'x':
      void confirmed({ type: 'isolate', node });
      return true;
    default:
      return false;
  }
}

function onAll(key: string): boolean {
  switch (key) {
    case ' ':
      togglePlay();
      return true;
    case 'ArrowLeft':
      shiftCursor(-1);
      return true;
    case 'ArrowRight':
      shiftCursor(1);
      return true;
    case '[':
      shiftSpeed(-1);
      return true;
    case ']':
      shiftSpeed(1);
      return true;
    case 'a':
      if (kind.value === 'playground') void act({ type: 'align-timers' });
      return true;
    case 'w':
      document.getElementById('key')?.focus();
      return true;
    case 'f':
      if (kind.value === 'live') void forkLive();
      else if (cursor.value !== null) void forkHere();
      return true;
    case 'l':
      goLive();
      return true;
    case '?':
      isHelpOpen.value = !isHelpOpen.value;
      return true;
    case 'Escape':
      isHelpOpen.value = false;
      selected.value = 0;
      return true;
    default:
      return false;
  }
}
