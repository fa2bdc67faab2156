// What a page shows when its own code fails: never a white page.
import { Component, type ReactNode } from 'react';
import { t } from '../strings/en';

export class Broken extends Component<{ children: ReactNode; at: string }, { error: Error | null; at: string }> {
  state: { error: Error | null; at: string } = { error: null, at: this.props.at };
  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }
  static getDerivedStateFromProps(props: { at: string }, state: { error: Error | null; at: string }): { error: Error | null; at: string } | null {
    return props.at === state.at ? null : { error: null, at: props.at };  // another page gets its own chance
  }
  render(): ReactNode {
    if (!this.state.error) return this.props.children;
    return (
      <div className="page" role="alert">
        <h1>{t.state.brokenTitle}</h1>
        <p className="mono">{this.state.error.message}</p>
        <p><a href={location.href}>{t.state.reload}</a></p>
      </div>
    );
  }
}
