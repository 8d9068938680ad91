/** What the hub says at its start: where it really listens, how to sign in the first time, a code for the phone. */
import { renderUnicodeCompact } from 'uqr';
import type { Listening } from './listen.ts';

export interface BannerOptions {
  readonly version: string;
  readonly urls: Listening['urls'];
  /** Null once there is a user. */
  readonly setupUrl: string | null;
  readonly data: string;
  readonly tmux: string;
  readonly colour: boolean;
}

/** Never names an address that does not listen: a phone that is sent to one finds nothing and no reason. */
export function banner({ version, urls, setupUrl, data, tmux, colour }: BannerOptions): string {
  const bold = (text: string) => (colour ? `\x1b[1m${text}\x1b[0m` : text);
  const lines = [
    '',
    `  ${bold('Quarterdeck')} ${version}   tmux ${tmux}   state in ${data}`,
    '',
    `  Local   ${bold(urls.local)}`,
    ...urls.lan.map((url) => `  LAN     ${bold(url)}`),
  ];
  if (setupUrl)
    lines.push('', '  First run: make your user with this link, once, within 24 hours', `  ${bold(setupUrl)}`);
  const [phone] = urls.lan;
  if (phone)
    lines.push(
      '',
      ...renderUnicodeCompact(phone)
        .split('\n')
        .map((line) => `  ${line}`),
    );
  lines.push('', '  Ctrl-C ends the hub; the agents live on in tmux.', '');
  return `${lines.join('\n')}\n`;
}
