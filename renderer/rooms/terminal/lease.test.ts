import { describe, expect, it } from 'vitest';
import { createLeases, type Holder } from './lease.ts';

function holder(): Holder & { has: boolean; changes: number } {
  return {
    has: false,
    changes: 0,
    granted() {
      this.has = true;
      this.changes += 1;
    },
    revoked() {
      this.has = false;
      this.changes += 1;
    },
  };
}

describe('leases of WebGL contexts', () => {
  it('never grants more than the limit and hands a free one to who waits longest', () => {
    const leases = createLeases(2);
    const panes = [holder(), holder(), holder(), holder()] as const;
    for (const pane of panes) leases.want(pane, false);
    expect(panes.map((p) => p.has)).toEqual([true, true, false, false]);
    leases.release(panes[0]);
    expect(panes.map((p) => p.has)).toEqual([true, true, true, false]);
    // The holder of a released lease knows by itself; only the other two are granted.
    expect(panes[2].changes).toBe(1);
  });

  it('an urgent pane takes from the oldest that is not urgent, and the loser waits', () => {
    const leases = createLeases(2);
    const [a, b, c, d] = [holder(), holder(), holder(), holder()] as const;
    leases.want(a, true);
    leases.want(b, false);
    leases.want(c, true);
    expect([a.has, b.has, c.has]).toEqual([true, false, true]);
    leases.want(d, true);
    expect(d.has).toBe(false);
    leases.release(a);
    expect([b.has, d.has]).toEqual([true, false]);
    leases.release(c);
    expect(d.has).toBe(true);
  });

  it('wanting twice is one lease; releasing what waits takes it off the queue', () => {
    const leases = createLeases(1);
    const [a, b, c] = [holder(), holder(), holder()] as const;
    leases.want(a, false);
    leases.want(a, false);
    expect(a.changes).toBe(1);
    leases.want(b, false);
    leases.want(c, false);
    leases.release(b);
    leases.release(a);
    expect(b.has).toBe(false);
    expect(c.has).toBe(true);
  });
});
