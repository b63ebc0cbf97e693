/** A process's metrics. Hot paths count in plain fields of their own; they are read when somebody asks. */
import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  type MetricValueWithName,
  Registry,
} from 'prom-client';

/** One number, or one for each set of labels. */
export type Reading = number | readonly { readonly labels: Labels; readonly value: number }[];
export type Labels = Readonly<Record<string, string | number>>;

/** A histogram's counts, made elsewhere. */
export interface BucketReading {
  readonly labels: Labels;
  /** Each alone, not cumulative; one more than there are bounds. */
  readonly buckets: readonly number[];
  readonly sum: number;
}

interface HistogramSettings {
  readonly name: string;
  readonly help: string;
  readonly buckets: number[];
  readonly labelNames: string[];
}

/** Its declaration leaves this out. */
const OWN_FORM = (
  Histogram.prototype as unknown as {
    getForPromString: (this: Histogram) => ReturnType<Histogram['get']>;
  }
).getForPromString;

/** prom-client's own takes one observation at a time; this one shows counts that stand already. */
class BucketedHistogram extends Histogram {
  readonly #settings: HistogramSettings;
  readonly #read: () => readonly BucketReading[];

  constructor(settings: HistogramSettings, read: () => readonly BucketReading[]) {
    super({ ...settings, registers: [] });
    this.#settings = settings;
    this.#read = read;
  }

  /** What both forms, text and JSON, are made of. */
  async getForPromString(): ReturnType<Histogram['get']> {
    const shown = await OWN_FORM.call(this);
    return { ...shown, values: this.#read().flatMap((reading) => this.#values(reading)) };
  }

  #values({ labels, buckets, sum }: BucketReading): MetricValueWithName<string>[] {
    const { name, buckets: bounds } = this.#settings;
    let count = 0;
    const values = buckets.map((bucket, at) => {
      count += bucket;
      const le = bounds[at] ?? '+Inf';
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
    });
    values.push({ metricName: `${name}_sum`, labels: { ...labels } as never, value: sum });
    values.push({ metricName: `${name}_count`, labels: { ...labels } as never, value: count });
    return values;
  }
}

/**
 * How often the event loop's lag is looked at; the default of 10 ms is most of what an idle process does. The figures
 * `nodejs_eventloop_lag_*` hold this interval: 0.1 is no lag.
 */
const EVENT_LOOP_LOOK_MS = 100;

export class Metrics {
  readonly registry = new Registry();
  #gathering: Promise<string> | null = null;

  /** `labels` stand on every metric, say `{ node: 'ada' }`. */
  constructor(labels: Readonly<Record<string, string>>) {
    this.registry.setDefaultLabels({ ...labels });
    collectDefaultMetrics({
      register: this.registry,
      eventLoopMonitoringPrecision: EVENT_LOOP_LOOK_MS,
    });
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

  /** For hot paths, which count into buckets of their own; `read` gives those since the start. */
  bucketed(
    name: string,
    help: string,
    bounds: readonly number[],
    labelNames: readonly string[],
    read: () => readonly BucketReading[],
  ): void {
    this.registry.registerMetric(
      new BucketedHistogram(
        { name, help, buckets: [...bounds], labelNames: [...labelNames] },
        read,
      ),
    );
  }

  /** In Prometheus' text form. It takes milliseconds to gather: those who ask meanwhile share it. */
  text(): Promise<string> {
    this.#gathering ??= this.registry.metrics().finally(() => {
      this.#gathering = null;
    });
    return this.#gathering;
  }
}

function readings(
  reading: Reading,
): readonly { readonly labels: Labels; readonly value: number }[] {
  return typeof reading === 'number' ? [{ labels: {}, value: reading }] : reading;
}
