/** The words of a call of the command aws. */

export class CallError extends Error {
  /** As the command's own exit statuses: 252 for words that it does not know, 254 for what Amazon refuses. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export class Arguments {
  readonly service: string;
  readonly verb: string;
  readonly others: readonly string[];
  readonly #options = new Map<string, readonly string[]>();

  /**
   * `--name value ...`; what comes before the first option, or between s3's, is `others`. `files` are the texts of
   * values such as file://path.
   */
  constructor(words: readonly string[], files: Readonly<Record<string, string>> = {}) {
    const [service = '', verb = '', ...rest] = words;
    this.service = service;
    this.verb = verb;
    if (service === 's3') {
      this.others = rest.filter((word) => !word.startsWith('--'));
      return;
    }
    const firstOption = rest.findIndex((word) => word.startsWith('--'));
    this.others = firstOption === -1 ? rest : rest.slice(0, firstOption);
    let values: string[] = [];
    for (const word of rest.slice(this.others.length)) {
      if (word.startsWith('--')) {
        values = [];
        this.#options.set(word.slice(2), values);
      } else {
        values.push(files[word] ?? word);
      }
    }
  }

  list(name: string): readonly string[] {
    const values = this.#options.get(name);
    if (values === undefined) {
      throw new CallError(252, `${this.service} ${this.verb}: --${name} is required`);
    }
    return values;
  }

  one(name: string): string {
    const [value, ...more] = this.list(name);
    if (value === undefined || more.length > 0) {
      throw new CallError(252, `${this.service} ${this.verb}: --${name} takes one value`);
    }
    return value;
  }

  has(name: string): boolean {
    return this.#options.has(name);
  }
}
