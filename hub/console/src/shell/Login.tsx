import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { send } from '../api/client';
import type { Session } from '../api/types';
import { HubError } from '../api/problem';
import { t } from '../strings/en';

export function Login({ ended, onLoggedIn }: { ended: boolean; onLoggedIn: (session: Session) => void }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = `${t.login.title} · ${t.product}`;
  }, []);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setProblem('');
    try {
      onLoggedIn(await send<Session>('post', '/v1/session', { body: { name, password } }));
    } catch (error) {
      setPassword('');
      if (!(error instanceof HubError)) setProblem(String(error));
      else if (error.code === 'bad_credentials') setProblem(t.login.wrong);
      else if (error.status === 429) setProblem(t.login.locked(error.retryAfterS ?? 60));
      else setProblem(`${t.login.failed}. ${error.status === 0 ? t.state.noAnswer : error.detail || error.title}`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="login">
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <div className="row"><img src="/icon.svg" alt="" width={28} height={28} /><h1>{t.product}</h1></div>
        {ended && <div className="notice attention" role="status">{t.login.ended}</div>}
        <TextInput label={t.login.name} name="name" autoComplete="username" autoCapitalize="none" spellCheck={false} required withAsterisk={false} autoFocus value={name}
                   onChange={(event) => setName(event.currentTarget.value)} />
        <PasswordInput label={t.login.password} name="password" autoComplete="current-password" required withAsterisk={false} value={password}
                       onChange={(event) => setPassword(event.currentTarget.value)} />
        <div role="alert" className={problem ? 'notice failed' : undefined}>{problem}</div>
        <Button type="submit" loading={busy} fullWidth>{t.login.submit}</Button>
      </form>
    </main>
  );
}
