import { describe, expect, it } from 'vitest';
import { Fault } from '../../../shared/fault.ts';
import { refusal } from './refusal.ts';

const NOW = new Date(2026, 0, 5, 14, 20).getTime();

describe('a refused sign-in', () => {
  it('tells when the limit ends, by the clock', () => {
    const said = refusal(new Fault('rate-limited', 'too many', { retryAfter: 700 }), NOW);
    expect(said).toMatch(/^Too many wrong attempts\. You can try again at .*31.*, in 12 minutes\.$/);
    expect(refusal(new Fault('rate-limited', 'too many', { retryAfter: 60 }), NOW)).toMatch(/in 1 minute\.$/);
  });
  it('counts seconds where it is only a moment', () => {
    expect(refusal(new Fault('rate-limited', 'too many', { retryAfter: 4.2 }), NOW)).toContain('in 5 seconds');
  });
  it('says as a sentence what the hub says, also of a limit without a time', () => {
    expect(refusal(new Fault('rate-limited', 'too many people; wait'), NOW)).toBe('Too many people; wait.');
    expect(refusal(new Fault('unauthorized', 'the name is wrong'), NOW)).toBe('The name is wrong.');
    expect(refusal(new Error('No answer?'), NOW)).toBe('No answer?');
  });
});
