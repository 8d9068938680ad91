/** Expected failures. One closed set of codes, one HTTP status each; anything else is a bug and becomes `internal`. */

/** Code to HTTP status. Append only: scripts branch on these words. */
export const FAULT_STATUS = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  ambiguous: 409,
  taken: 409,
  conflict: 409,
  stale: 409,
  gone: 410,
  'too-large': 413,
  'rate-limited': 429,
  'not-installed': 422,
  refused: 422,
  unsupported: 422,
  'not-ready': 409,
  locked: 423,
  timeout: 504,
  unreachable: 502,
  unavailable: 503,
  'newer-version': 409,
  internal: 500,
} as const;

export type FaultCode = keyof typeof FAULT_STATUS;
export const FAULT_CODES = Object.keys(FAULT_STATUS) as [FaultCode, ...FaultCode[]];

/** A Fault as it travels. */
export interface FaultShape {
  readonly code: FaultCode;
  readonly message: string;
  readonly data?: Record<string, unknown> | undefined;
}

/** A failure that a person can do something about: the message says what happened and what to do. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly data: Record<string, unknown> | undefined;

  constructor(code: FaultCode, message: string, data?: Record<string, unknown>, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Fault';
    this.code = code;
    this.data = data;
  }

  get status(): number {
    return FAULT_STATUS[this.code];
  }

  toJSON(): FaultShape {
    return { code: this.code, message: this.message, ...(this.data ? { data: this.data } : {}) };
  }

  static from(shape: FaultShape): Fault {
    return new Fault(shape.code, shape.message, shape.data);
  }

  /** What came over a network, when it is one; a code that is not known is none. */
  static read(value: unknown): Fault | null {
    if (typeof value !== 'object' || value === null) return null;
    const { code, message, data } = value as Record<string, unknown>;
    if (typeof code !== 'string' || !Object.hasOwn(FAULT_STATUS, code) || typeof message !== 'string') return null;
    const more = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : undefined;
    return new Fault(code as FaultCode, message, more);
  }
}

export function isFault(error: unknown, code?: FaultCode): error is Fault {
  return error instanceof Fault && (code === undefined || error.code === code);
}
