// Names and values of one thing, one under the other.
import type { ReactNode } from 'react';

export type Fact = readonly [name: string, value: ReactNode] | null | false;

export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map((fact) => fact && [<dt key={`${fact[0]} name`}>{fact[0]}</dt>, <dd key={fact[0]}>{fact[1]}</dd>])}
    </dl>
  );
}
