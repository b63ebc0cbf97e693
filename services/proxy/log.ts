/** One line of the log: an event's name and its data, which never holds keys or values. */
export type ProxyLog = (
  level: 'info' | 'warn' | 'error' | 'debug',
  event: string,
  data: Readonly<Record<string, unknown>>,
) => void;
