// Before a page with unsaved changes is left: whether they may go.
import { Button } from '@mantine/core';
import { Dialog } from './confirm';

export default function Leaving({ go, stay }: { go: () => void; stay: () => void }) {
  return (
    <Dialog title="Leave without saving your changes?" opened close={stay}>
      <div className="stack">
        <div>What you changed on this page has not been saved and would be lost.</div>
        <div className="row">
          <Button color="red.9" onClick={go}>Leave and lose them</Button>
          <Button variant="default" data-autofocus onClick={stay}>Stay here</Button>
        </div>
      </div>
    </Dialog>
  );
}
