import { createTheme, type CSSVariablesResolver } from '@mantine/core';
import { t } from './strings/en';

// Shades of the role "good": Mantine's own components (buttons, links, focus) take their colour from here.
export const theme = createTheme({
  primaryColor: 'till',
  primaryShade: 6,
  autoContrast: true,
  defaultRadius: 4,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace',
  respectReducedMotion: true,
  components: { Modal: { defaultProps: { closeButtonProps: { 'aria-label': t.close } } } },
  colors: {
    dark: ['#e9edf1', '#b4bec9', '#9aa5b1', '#6b7683', '#4a5561', '#37414c', '#232b33', '#14181d', '#101418', '#0c0f12'],
    till: ['#e3effb', '#c6dff7', '#a4cdf5', '#7cc0ff', '#7cc0ff', '#2f86dd', '#0b6bcb', '#095aab', '#07498c', '#05386c'],
    fail: ['#fde7ee', '#fbcbd9', '#ff9db8', '#ff6b90', '#ff6b90', '#cf1f56', '#a8003a', '#8d0031', '#720028', '#57001e'],
  },
});

/** Mantine's own ground and text follow the page's tokens. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: { '--mantine-color-body': '#ffffff', '--mantine-color-text': '#14181d', '--mantine-color-dimmed': '#4b5563', '--mantine-color-placeholder': '#5f6672', '--mantine-color-error': '#a8003a', '--mantine-color-default-border': '#868e96' },
  dark: { '--mantine-color-body': '#14181d', '--mantine-color-text': '#e9edf1', '--mantine-color-dimmed': '#b4bec9', '--mantine-color-placeholder': '#9aa5b1', '--mantine-color-error': '#ff6b90', '--mantine-color-default-border': '#6b7683' },
});
