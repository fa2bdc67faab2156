// Who is logged in. While nobody is, the log-in page stands in place of everything, at the same URL.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { read, send, setCsrfToken, whenSessionEnds } from '../api/client';
import type { Role, Session } from '../api/types';
import { HubError } from '../api/problem';
import { link } from '../live/link';
import { t } from '../strings/en';
import { Failure, useFailingSince, Waiting } from '../ui/states';
import { Login } from './Login';

const ranks: readonly Role[] = ['viewer', 'operator', 'finance', 'administrator'];
export function may(role: Role, wanted: Role): boolean {
  return ranks.indexOf(role) >= ranks.indexOf(wanted);
}

interface SessionValue {
  session: Session;
  may: (wanted: Role) => boolean;
  logOut: () => Promise<void>;
}
const SessionContext = createContext<SessionValue | null>(null);

export function useSession(): SessionValue {
  const value = useContext(SessionContext);
  if (!value) throw new Error('useSession outside of SessionGate');
  return value;
}
/** Whether this role may do it: buttons that would only be refused are not shown. */
export function useMay(wanted: Role): boolean {
  return useSession().may(wanted);
}

async function readSession(): Promise<Session | null> {
  try {
    return (await read<Session>('/v1/session')).data;
  } catch (error) {
    if (error instanceof HubError && error.status === 401) return null;
    throw error;
  }
}

export function SessionGate({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [ended, setEnded] = useState(false);
  const query = useQuery<Session | null, HubError>({ queryKey: ['session'], queryFn: readSession, staleTime: Number.POSITIVE_INFINITY, retry: false, refetchInterval: (q) => (q.state.error ? 15_000 : false) });
  const failingSince = useFailingSince(query.isError);
  const session = query.data;
  setCsrfToken(session?.csrf_token ?? null);

  useEffect(() => {
    whenSessionEnds(() => {
      setEnded(true);
      client.setQueryData(['session'], null);
    });
  }, [client]);
  const loggedIn = !!session;
  useEffect(() => {
    if (!loggedIn) return undefined;
    link.start();
    return () => link.stop();
  }, [loggedIn]);

  if (query.isPending) return <main className="login"><div style={{ width: 360 }}><Waiting what={t.login.title} rows={3} /></div></main>;
  if (session === undefined) {
    return <main className="login"><Failure what={t.product} error={query.error as HubError} sinceMs={failingSince} onTry={() => void query.refetch()} /></main>;
  }
  if (session === null) {
    return <Login ended={ended} onLoggedIn={(fresh) => {
      setEnded(false);
      // What another person has read here before is not shown to this one.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
      client.setQueryData(['session'], fresh);
    }} />;
  }
  const logOut = async (): Promise<void> => {
    await send('delete', '/v1/session');
    client.setQueryData(['session'], null);
  };
  return <SessionContext value={{ session, may: (wanted) => may(session.role, wanted), logOut }}>{children}</SessionContext>;
}
