/** A process's metrics. Hot paths count in plain fields of their own; they are read when somebody asks. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** One number, or one for each set of labels. */
export type Reading = number | readonly { readonly labels: Labels; readonly value: number }[];
export type Labels = Readonly<Record<string, string | number>>;

export class Metrics {
  readonly registry = new Registry();

  /** `labels` stand on every metric, say `{ node: 'ada' }`. */
  constructor(labels: Readonly<Record<string, string>>) {
    this.registry.setDefaultLabels({ ...labels });
    collectDefaultMetrics({ register: this.registry });
  }

  /** What only rises; `read` gives the total since the start. Its name ends in `_total`. */
  counter(
    name: string,
    help: string,
    read: () => Reading,
    labelNames: readonly string[] = [],
  ): void {
    const counter: Counter = new Counter({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      collect() {
        counter.reset();
        for (const { labels, value } of readings(read())) counter.inc({ ...labels }, value);
      },
    });
  }

  gauge(name: string, help: string, read: () => Reading, labelNames: readonly string[] = []): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      collect() {
        gauge.reset();
        for (const { labels, value } of readings(read())) gauge.set({ ...labels }, value);
      },
    });
  }

  /** For what happens some hundreds of times a second at most, such as an fsync; `buckets` in the unit. */
  histogram(name: string, help: string, buckets: readonly number[]): (value: number) => void {
    const histogram = new Histogram({
      name,
      help,
      buckets: [...buckets],
      registers: [this.registry],
    });
    return (value) => {
      histogram.observe(value);
    };
  }

  /** In Prometheus' text form. */
  text(): Promise<string> {
    return this.registry.metrics();
  }
}

function readings(
  reading: Reading,
): readonly { readonly labels: Labels; readonly value: number }[] {
  return typeof reading === 'number' ? [{ labels: {}, value: reading }] : reading;
}
