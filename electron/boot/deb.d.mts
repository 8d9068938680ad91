export function controlFile(facts: {
  readonly version: string;
  readonly arch: string;
  readonly size: number;
  readonly maintainer: string;
  readonly description: string;
}): string;
export function makeDeb(options: {
  readonly app: string;
  readonly out: string;
  readonly root: string;
  readonly arch?: string;
  readonly maintainer?: string;
}): Promise<string>;
