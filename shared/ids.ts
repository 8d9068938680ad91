/** Ids: a short prefix that names the kind, then 128 random bits in base 36 (so an id can be read out and never guessed). */

export type SessionId = string & { readonly __id: 'session' };
export type PromptId = string & { readonly __id: 'prompt' };
export type ApprovalId = string & { readonly __id: 'approval' };
export type UserId = string & { readonly __id: 'user' };
export type TokenId = string & { readonly __id: 'token' };

/** 25 characters of base 36 from 128 random bits. */
function random(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value.toString(36).padStart(25, '0');
}

export const newSessionId = (): SessionId => `s_${random()}` as SessionId;
export const newPromptId = (): PromptId => `p_${random()}` as PromptId;
export const newApprovalId = (): ApprovalId => `a_${random()}` as ApprovalId;
export const newUserId = (): UserId => `u_${random()}` as UserId;
export const newDeviceId = (): string => `d_${random()}`;
export const newPushId = (): string => `m_${random()}`;
/** For what a browser makes, such as `m` messages. Not randomUUID: browsers have it on https pages only. */
export const newClientId = (prefix: string): string => `${prefix}_${random()}`;
export const newNodeId = (): string => `n_${random()}`;
export const newPairingId = (): string => `pair_${random()}`;
export const newTokenId = (): TokenId => `t_${random()}` as TokenId;

/** tmux session names: what tmux, shells, URLs and file names all take without quoting. */
export const SESSION_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Names of people who sign in. */
export const USER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
export const USER_NAME_RULE = 'a user name starts with a letter or digit and has at most 64 letters, digits, . _ @ -';
