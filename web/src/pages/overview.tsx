import { Empty, Page } from '../parts/basic';

export default function Soon() {
  return <Page title="overview"><Empty title="Not here yet" /></Page>;
}
