/** How every part says what it did. Secrets are taken out by the logs room, which is the only maker of loggers. */
export interface Logger {
  debug(message: string, data?: Readonly<Record<string, unknown>>): void;
  info(message: string, data?: Readonly<Record<string, unknown>>): void;
  warn(message: string, data?: Readonly<Record<string, unknown>>): void;
  error(message: string, data?: Readonly<Record<string, unknown>>): void;
}

/** Where finished lines go, in order and never torn. */
export interface LineSink {
  /** Queues one line (without its end) and returns at once. */
  write(line: string): void;
  /** Resolves when everything queued so far is in the file, or given up. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
