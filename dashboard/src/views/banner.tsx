/** What is broken now, with the one button that ends it; what is wrong with the source; what was just said. */
import { named } from '#simulator/playground';
import { act, frame, names, said, source, trouble } from '../state/store.js';

export function Banner() {
  const faults = frame.value?.sight.faults ?? [];
  return (
    <div class="banners">
      {trouble.value !== null && (
        <p class="banner trouble" role="alert">
          {trouble.value}
        </p>
      )}
      {faults.length > 0 && (
        <p class="banner faults" role="status">
          <b>faults are active</b>
          <span>{faults.map((fault) => named(fault, names.value)).join(' · ')}</span>
          {source.value?.readOnly === null && (
            <button type="button" onClick={() => void act({ type: 'heal' })}>
              heal all
            </button>
          )}
        </p>
      )}
      <p class="said" aria-live="polite">
        {said.value === null ? '' : named(said.value, names.value)}
      </p>
    </div>
  );
}

/** Whether every property holds, as far as somebody looks. */
export function Lamp() {
  const sight = frame.value?.sight;
  if (sight === undefined || sight.examined === 0) {
    return (
      <span
        class="lamp off"
        title="properties are examined in the playground, where all nodes are seen at once"
      >
        not examined
      </span>
    );
  }
  const isBroken = sight.broken !== '';
  return (
    <span
      class={`lamp ${isBroken ? 'broken' : 'holds'}`}
      role="status"
      title={isBroken ? sight.broken : `examined ${String(sight.examined)} times`}
    >
      {isBroken ? `broken: ${sight.broken.slice(0, 90)}` : 'every property holds'}
    </span>
  );
}
