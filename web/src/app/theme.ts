import { createTheme } from '@mantine/core';

export const theme = createTheme({
  respectReducedMotion: true,
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  primaryColor: 'millwright',
  primaryShade: { light: 8, dark: 8 },
  colors: {
    millwright: ['#e6f7f4', '#cdeee8', '#9bdcd0', '#67c9b7', '#3fb5a1', '#239e8a', '#158676', '#0f7a6c', '#0b6e63', '#085a51'],
  },
  fontSizes: { xs: '12px', sm: '13px', md: '13px', lg: '14px', xl: '16px' },
  defaultRadius: 4,
  components: {
    TextInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs' } },
    Button: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Modal: { defaultProps: { centered: true, closeButtonProps: { 'aria-label': 'Close' } } },
  },
});
