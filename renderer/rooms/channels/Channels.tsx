/** Messages between people and agents. What an agent is told here is typed to it as a prompt; its answer stands here. */
import { Bot, Hash, MessageCircle, Plus, User } from 'lucide-react';
import { memo, useEffect, useMemo, useState } from 'react';
import { Link, useLocation, useRoute } from 'wouter';
import { create } from 'zustand';
import type { Channel } from '../../../shared/contract/channels.ts';
import { useCommands } from '../../app/commands.ts';
import { useAuth, useCan } from '../../app/connect.ts';
import { follow, type RowsStore } from '../../app/feeds.ts';
import { channelPath, routes } from '../../app/routes.ts';
import { noRows, type Rows } from '../../app/rows.ts';
import { ago, useNow } from '../../app/time.ts';
import { useNarrow } from '../../app/viewport.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Beside } from '../../ui/Page.tsx';
import s from './Channels.module.css';
import { ChannelView } from './ChannelView.tsx';
import { NewChannel } from './NewChannel.tsx';
import { titleOf, unread } from './rules.ts';

const useChannels: RowsStore<Channel> = create<Rows<Channel>>(() => noRows);

export default function Channels() {
  const [, params] = useRoute(routes.channel);
  const open = params?.id === undefined ? null : decodeURIComponent(params.id);
  const [making, setMaking] = useState(false);
  const [, navigate] = useLocation();
  const narrow = useNarrow();
  const canType = useCan('type');
  const rows = useChannels();
  const channel = useChannels((all) => (open === null ? undefined : all.byKey.get(open)));
  useEffect(() => follow('channels.rows', useChannels, (row) => row.id), []);

  useCommands(
    () => [
      {
        id: 'channel.new',
        title: 'New channel or message',
        section: 'Channels',
        keys: 'c',
        icon: Plus,
        enabled: canType,
        run: () => setMaking(true),
      },
    ],
    [canType],
  );

  const ids = useMemo(
    () =>
      [...rows.byKey.values()]
        .filter((each) => !each.archived)
        .sort((a, b) => (b.lastAt ?? b.createdAt) - (a.lastAt ?? a.createdAt))
        .map((each) => each.id),
    [rows],
  );

  if (rows.refused !== null && !rows.ready) return <Empty title="The channels could not be read" text={rows.refused} />;
  const list = (
    <>
      <header className={s['top']}>
        <span className={s['count']}>
          {rows.ready && ids.length > 0 && `${ids.length} ${ids.length === 1 ? 'channel' : 'channels'}`}
        </span>
        {canType && (
          <Button look="icon" aria-label="New channel or message" onClick={() => setMaking(true)}>
            <Plus size={16} aria-hidden />
          </Button>
        )}
      </header>
      {rows.ready && ids.length === 0 ? (
        <Empty
          icon={<MessageCircle size={20} aria-hidden />}
          title="Nobody has said anything"
          text="Write to an agent, or open a group in which agents and people talk. An agent that is named with @ gets the message as a prompt."
        >
          {canType && (
            <Button look="primary" onClick={() => setMaking(true)}>
              <Plus size={15} aria-hidden />
              Say something
            </Button>
          )}
        </Empty>
      ) : (
        <ul className={s['list']} aria-label="Channels" aria-busy={!rows.ready}>
          {ids.map((id) => (
            <Row key={id} id={id} open={id === open} />
          ))}
        </ul>
      )}
    </>
  );
  const shown = (
    <>
      {channel ? (
        <ChannelView key={channel.id} channel={channel} />
      ) : open !== null && rows.ready ? (
        <Empty title="This channel is not here" text="It was removed, or you are no member of it.">
          <Button onClick={() => navigate(routes.channels)}>All channels</Button>
        </Empty>
      ) : (
        ids.length > 0 && <Empty title="No channel is open" text="Choose one at the left." />
      )}
    </>
  );
  // With nothing to choose, what to do stands in the middle of the screen.
  const alone = open === null && (narrow || (rows.ready && ids.length === 0));
  return (
    <>
      <Beside list={narrow && open !== null ? null : list} open={alone ? null : shown} />
      {making && (
        <NewChannel
          onClose={() => setMaking(false)}
          onMade={(id) => {
            setMaking(false);
            navigate(channelPath(id));
          }}
        />
      )}
    </>
  );
}

const Row = memo(function Row({ id, open }: { readonly id: string; readonly open: boolean }) {
  const channel = useChannels((rows) => rows.byKey.get(id));
  const user = useAuth((auth) => auth.me?.user ?? '');
  const now = useNow();
  if (!channel) return null;
  const fresh = unread(channel, user);
  const other = channel.members.find((member) => !(member.kind === 'user' && member.id === user));
  const Icon = channel.kind === 'group' ? Hash : other?.kind === 'session' ? Bot : User;
  return (
    <li>
      <Link
        href={channelPath(id)}
        className={s['link']}
        aria-current={open ? 'page' : undefined}
        data-fresh={fresh > 0}
      >
        <Icon size={15} aria-hidden />
        <span className={s['what']}>
          <span className={s['name']} dir="auto">
            {channel.kind === 'group' ? channel.name : titleOf(channel, user)}
          </span>
          <span className={s['preview']} dir="auto">
            {channel.preview || channel.topic || 'No message yet'}
          </span>
        </span>
        <span className={s['end']}>
          {channel.lastAt !== null && <time>{ago(channel.lastAt, now)}</time>}
          {fresh > 0 && (
            <span className={s['fresh']}>
              {fresh > 99 ? '99+' : fresh}
              <span className="visually-hidden"> unread</span>
            </span>
          )}
        </span>
      </Link>
    </li>
  );
});
