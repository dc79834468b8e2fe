import { Empty, Page } from '../parts/basic';

export default function Soon() {
  return <Page title="segments"><Empty title="Not here yet" /></Page>;
}
