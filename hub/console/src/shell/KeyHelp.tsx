import { Button, Kbd, Modal } from '@mantine/core';
import { setKeysOff, useKeysOff } from '../lib/keys';
import { t } from '../strings/en';

export function KeyHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const off = useKeysOff();
  return (
    <Modal opened={opened} onClose={onClose} title={t.keys.title}>
      <div className="stack">
        {off && <div className="notice">{t.keys.isOff}</div>}
        <dl className="facts">
          {t.keys.list.map(([key, word]) => [<dt key={key}><Kbd>{key}</Kbd></dt>, <dd key={word}>{word}</dd>])}
        </dl>
        <Button variant="default" onClick={() => setKeysOff(!off)}>{off ? t.keys.on : t.keys.off}</Button>
      </div>
    </Modal>
  );
}
