// Mantine without style elements made at run time: every rule stands in the bundled style sheet,
// so that the page works under "style-src 'self'". Hence: no responsive style props, no SimpleGrid,
// Grid, Flex or AppShell, and no scroll lock (it writes a style element).
import { Modal, Tooltip, createTheme } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'blue',
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Modal: Modal.extend({ defaultProps: { lockScroll: false, centered: true, transitionProps: { duration: 0 } } }),
    Tooltip: Tooltip.extend({
      defaultProps: { multiline: true, withArrow: true, openDelay: 150, events: { hover: true, focus: true, touch: true }, classNames: { tooltip: 'tip' }, transitionProps: { duration: 0 } },
    }),
  },
});
