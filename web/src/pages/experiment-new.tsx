import { Empty, Page } from '../parts/basic';

export default function Soon() {
  return <Page title="experiment-new"><Empty title="Not here yet" /></Page>;
}
