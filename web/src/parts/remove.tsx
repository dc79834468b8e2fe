// Deleting a definition from its own page: asks first, then leaves for the list.
import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { guardLeaving, navigate } from '../app/router';
import { say } from './basic';
import { Confirm } from './confirm';

/** `path` is the definition's on the server, `list` that of its kind, there as here: "/flags". */
export function Remove({ name, path, list, text }: { name: string; path: string; list: string; text: string }) {
  const client = useQueryClient();
  return (
    <Confirm need="editor" size="sm" title={`Delete ${name}?`} deed="Delete it" text={text}
      run={async () => {
        await api.remove(path);
        say(`${name} is deleted.`);
        guardLeaving(false);
        navigate(list);
        // The lists, and not what is still on this page: it is no longer there to be asked for.
        await Promise.all([[list.slice(1), list], ['reports']].map((queryKey) => client.invalidateQueries({ queryKey })));
      }}>Delete</Confirm>
  );
}
