/** Where a screen fails, the frame stays and says so; going elsewhere, or loading the page anew, ends it. */
import { RefreshCw } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { Button } from '../ui/Button.tsx';
import { Empty } from '../ui/Empty.tsx';
import { messageOf } from './connect.ts';

interface Props {
  readonly path: string;
  readonly children: ReactNode;
}

export class Boundary extends Component<Props, { readonly problem: string | null }> {
  override state: { readonly problem: string | null } = { problem: null };

  static getDerivedStateFromError(error: unknown) {
    return { problem: messageOf(error) };
  }

  override componentDidUpdate(before: Props) {
    if (before.path !== this.props.path && this.state.problem !== null) this.setState({ problem: null });
  }

  override render() {
    if (this.state.problem === null) return this.props.children;
    return (
      <Empty title="This screen could not be shown" text={this.state.problem}>
        <Button onClick={() => location.reload()}>
          <RefreshCw size={14} aria-hidden />
          Load again
        </Button>
      </Empty>
    );
  }
}
