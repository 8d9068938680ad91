/** Arrangements under names: choose, save, rename, remove, and back to an earlier version. */
import { History, LayoutGrid, PanelsTopLeft, Pencil, Save, Scale, Trash2 } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { create } from 'zustand';
import type { Preference } from '../../../../shared/contract/preferences.ts';
import { attempt } from '../../../app/act.ts';
import { messageOf, wire } from '../../../app/connect.ts';
import { setPreference } from '../../../app/preferences.ts';
import { ago, dateTime, useNow } from '../../../app/time.ts';
import { Button } from '../../../ui/Button.tsx';
import { Confirm, Dialog, FormFoot } from '../../../ui/Dialog.tsx';
import { TextField } from '../../../ui/Field.tsx';
import { Menu, type MenuEntry } from '../../../ui/Menu.tsx';
import { Segments } from '../../../ui/Segments.tsx';
import { Switch } from '../../../ui/Switch.tsx';
import { toast } from '../../../ui/Toasts.tsx';
import {
  arranged,
  layoutNameFault,
  readArrangement,
  readLayouts,
  renamedLayout,
  withLayout,
  withoutLayout,
  writeLayouts,
} from './arrangement.ts';
import s from './Layouts.module.css';
import { panesOf } from './layout.ts';
import {
  applyAuto,
  applyLayout,
  changeLayouts,
  evenOut,
  HERE,
  LAYOUTS,
  scene,
  setArrangement,
  useLayouts,
  usePanes,
} from './state.ts';

const ICON = { size: 15, 'aria-hidden': true } as const;

type Asking =
  | { readonly kind: 'save' | 'history' }
  | { readonly kind: 'rename' | 'remove'; readonly name: string }
  | { readonly kind: 'none' };
export const useAsking = create<{ readonly asking: Asking }>(() => ({ asking: { kind: 'none' } }));
export const askLayout = (asking: Asking): void => useAsking.setState({ asking });
const close = () => askLayout({ kind: 'none' });

export function LayoutMenu() {
  const layouts = useLayouts();
  const arrangement = usePanes((panes) => panes.arrangement);
  const { mode, layout } = arrangement;
  const label = layout ?? (mode === 'auto' ? 'Auto' : 'Arranged');
  const entries = (): readonly MenuEntry[] => {
    const known = layouts.some((each) => each.name === layout);
    return [
      {
        key: 'auto',
        label: 'Auto',
        icon: <LayoutGrid {...ICON} />,
        checked: mode === 'auto' && layout === null,
        onSelect: applyAuto,
      },
      ...layouts.map(
        (each, i): MenuEntry => ({
          key: `layout ${each.name}`,
          label: each.name,
          icon: <PanelsTopLeft {...ICON} />,
          aside: i < 9 ? <kbd>{i + 1}</kbd> : undefined,
          checked: each.name === layout,
          onSelect: () => applyLayout(each),
        }),
      ),
      {
        key: 'save',
        label: 'Save this arrangement',
        icon: <Save {...ICON} />,
        apart: true,
        onSelect: () => askLayout({ kind: 'save' }),
      },
      ...(mode === 'arranged'
        ? [{ key: 'even', label: 'Make all equal', icon: <Scale {...ICON} />, onSelect: evenOut }]
        : []),
      {
        key: 'history',
        label: 'Restore an earlier version',
        icon: <History {...ICON} />,
        onSelect: () => askLayout({ kind: 'history' }),
      },
      ...(layout !== null && known
        ? [
            {
              key: 'rename',
              label: `Rename ${layout}`,
              icon: <Pencil {...ICON} />,
              apart: true,
              onSelect: () => askLayout({ kind: 'rename', name: layout }),
            },
            {
              key: 'remove',
              label: `Delete ${layout}`,
              icon: <Trash2 {...ICON} />,
              danger: true,
              onSelect: () => askLayout({ kind: 'remove', name: layout }),
            },
          ]
        : []),
    ];
  };
  return (
    <>
      <Menu
        align="start"
        trigger={
          <Button look="ghost" className={s['trigger']} aria-label={`Layout: ${label}`}>
            {mode === 'auto' ? <LayoutGrid size={14} aria-hidden /> : <PanelsTopLeft size={14} aria-hidden />}
            <span>{label}</span>
          </Button>
        }
        entries={entries}
      />
      <Asked />
    </>
  );
}

function Asked() {
  const asking = useAsking((state) => state.asking);
  if (asking.kind === 'save') return <SaveDialog />;
  if (asking.kind === 'history') return <Versions />;
  if (asking.kind === 'rename') return <RenameDialog name={asking.name} />;
  if (asking.kind !== 'remove') return null;
  return (
    <Confirm
      open
      onClose={close}
      title={`Delete the layout ${asking.name}?`}
      text="Its panes stay on the screen as they are; no session is touched. Earlier versions can be restored."
      action="Delete layout"
      onConfirm={() =>
        void attempt('The layout was not deleted', () =>
          changeLayouts((layouts) => withoutLayout(layouts, asking.name)),
        )
      }
    />
  );
}

function SaveDialog() {
  const layouts = useLayouts();
  const { arrangement } = usePanes.getState();
  const [name, setName] = useState(arrangement.layout ?? '');
  const [follows, setFollows] = useState(arrangement.follows && arrangement.closed.length === 0);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const there = layouts.some((each) => each.name === name.trim());
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wrong = layoutNameFault(name, []);
    if (wrong) return setError(wrong);
    setBusy(true);
    const { mode: _, layout: __, ...parts } = arranged(arrangement, scene.tree, scene.live);
    const layout = { ...parts, follows, name: name.trim() };
    try {
      await changeLayouts((list) => withLayout(list, layout));
      applyLayout(layout);
      toast('good', `Saved as ${layout.name}.`);
      close();
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog open onClose={close} title="Save this arrangement" width={400}>
      <form onSubmit={submit} className={s['form']}>
        <TextField
          label="Name"
          value={name}
          error={error}
          hint={there ? 'Replaces the layout of that name; its earlier version can be restored.' : undefined}
          onChange={(event) => {
            setName(event.target.value);
            setError(undefined);
          }}
        />
        <Switch
          label="New sessions join it"
          hint="Otherwise it shows the sessions that it has now."
          checked={follows}
          onChange={setFollows}
        />
        <FormFoot onCancel={close} busy={busy}>
          {there ? 'Replace' : 'Save'}
        </FormFoot>
      </form>
    </Dialog>
  );
}

function RenameDialog({ name }: { readonly name: string }) {
  const layouts = useLayouts();
  const [to, setTo] = useState(name);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const others = layouts.flatMap((each) => (each.name === name ? [] : [each.name]));
    const wrong = layoutNameFault(to, others);
    if (wrong) return setError(wrong);
    setBusy(true);
    try {
      await changeLayouts((list) => renamedLayout(list, name, to.trim()));
      const { arrangement } = usePanes.getState();
      if (arrangement.layout === name) setArrangement({ ...arrangement, layout: to.trim() });
      close();
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog open onClose={close} title={`Rename ${name}`} width={380}>
      <form onSubmit={submit} className={s['form']}>
        <TextField
          label="Name"
          value={to}
          error={error}
          onChange={(event) => {
            setTo(event.target.value);
            setError(undefined);
          }}
        />
        <FormFoot onCancel={close} busy={busy} disabled={to === name}>
          Rename
        </FormFoot>
      </form>
    </Dialog>
  );
}

type What = 'screen' | 'saved';

/** What a kept value was, in a few words. */
function summary(what: What, value: unknown): string {
  if (what === 'saved') {
    const names = readLayouts(value).map((each) => each.name);
    return names.length === 0 ? 'No saved layouts' : names.join(', ');
  }
  const arrangement = readArrangement(value);
  if (!arrangement || arrangement.mode === 'auto') {
    const closed = arrangement?.closed.length ?? 0;
    return closed === 0 ? 'Auto' : `Auto, ${closed} closed`;
  }
  const panes = panesOf(arrangement.tree);
  const names = panes.flatMap((id) => arrangement.names[id] ?? []);
  return `${arrangement.layout ?? 'Arranged'}: ${panes.length} panes${names.length > 0 ? ` (${names.slice(0, 6).join(', ')}${names.length > 6 ? ', …' : ''})` : ''}`;
}

function Versions() {
  const [what, setWhat] = useState<What>('screen');
  const [versions, setVersions] = useState<readonly Preference[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const now = useNow();
  const key = what === 'screen' ? HERE : LAYOUTS;
  useEffect(() => {
    let over = false;
    setVersions(null);
    setError(null);
    wire()
      .call('preferences.history', { key })
      .then(
        (list) => !over && setVersions(list),
        (failure: unknown) => !over && setError(messageOf(failure)),
      );
    return () => {
      over = true;
    };
  }, [key]);
  const restore = async ({ value, version }: Preference) => {
    const well = await attempt('It was not restored', async () => {
      if (what === 'saved') await setPreference(LAYOUTS, writeLayouts(readLayouts(value)));
      else setArrangement(readArrangement(value) ?? usePanes.getState().arrangement);
    });
    if (!well) return;
    toast('good', `Version ${version} is back; what was there before is in the history.`);
    close();
  };
  return (
    <Dialog open onClose={close} title="Restore an earlier version" width={520}>
      <Segments
        label="What to restore"
        value={what}
        options={[
          { value: 'screen', label: 'This screen' },
          { value: 'saved', label: 'Saved layouts' },
        ]}
        onChange={setWhat}
      />
      {error !== null && (
        <p role="alert" className={s['bad']}>
          {error}
        </p>
      )}
      {versions !== null && versions.length === 0 && (
        <p className={s['none']}>Nothing was kept yet: arrange panes or save a layout first.</p>
      )}
      <ol className={s['versions']} aria-label="Versions">
        {(versions ?? []).map((each, i) => (
          <li key={each.version}>
            <span className={s['when']} title={dateTime(each.at)}>
              {ago(each.at, now)}
            </span>
            <span className={s['what']}>{summary(what, each.value)}</span>
            {i === 0 ? (
              <span className={s['now']}>now</span>
            ) : (
              <Button aria-label={`Restore version ${each.version}`} onClick={() => void restore(each)}>
                Restore
              </Button>
            )}
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
