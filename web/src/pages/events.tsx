import { Empty, Page } from '../parts/basic';

export default function Soon() {
  return <Page title="events"><Empty title="Not here yet" /></Page>;
}
