import { Empty, Page } from '../parts/basic';

export default function Soon() {
  return <Page title="calculator"><Empty title="Not here yet" /></Page>;
}
