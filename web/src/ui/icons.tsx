/** Line icons, 16 × 16, drawn with the colour of the text; always beside a word or inside a named control. */
import type { ReactNode } from 'react';

function icon(children: ReactNode) {
  return function Icon({ size = 16 }: { size?: number }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {children}
      </svg>
    );
  };
}

export const HomeIcon = icon(<path d="M12.9 5.2A5.7 5.7 0 1 0 13.7 8M13.4 2.4v3.1h-3.1" />);
export const DataIcon = icon(
  <>
    <ellipse cx="8" cy="3.7" rx="5.2" ry="2" />
    <path d="M2.8 3.7v8.5c0 1.1 2.3 2 5.2 2s5.2-.9 5.2-2V3.7M2.8 8c0 1.1 2.3 2 5.2 2s5.2-.9 5.2-2" />
  </>,
);
export const PipelinesIcon = icon(
  <>
    <circle cx="3.2" cy="8" r="1.7" />
    <circle cx="12.8" cy="3.7" r="1.7" />
    <circle cx="12.8" cy="12.3" r="1.7" />
    <path d="M4.9 8c4 0 2.5-4.3 6.2-4.3M4.9 8c4 0 2.5 4.3 6.2 4.3" />
  </>,
);
export const ExperimentsIcon = icon(<path d="M2 13.5h12M2.5 11l3.5-4 3 2.5 4.5-6" />);
export const ModelsIcon = icon(<path d="M8 1.8 13.5 5v6L8 14.2 2.5 11V5zM2.5 5 8 8.2 13.5 5M8 8.2v6" />);
export const EndpointsIcon = icon(<path d="M2 8h7.5M7 5l3 3-3 3M10.5 2.5h1A2.5 2.5 0 0 1 14 5v6a2.5 2.5 0 0 1-2.5 2.5h-1" />);
export const PredictionsIcon = icon(<path d="M2 4h5M2 8h3.5M2 12h5M9 8h5M11.2 5.2 14 8l-2.8 2.8" />);
export const LineageIcon = icon(
  <>
    <rect x="1.7" y="6" width="4" height="4" rx="1" />
    <rect x="10.3" y="1.7" width="4" height="4" rx="1" />
    <rect x="10.3" y="10.3" width="4" height="4" rx="1" />
    <path d="M5.7 8h2.2V3.7h2.4M7.9 8v4.3h2.4" />
  </>,
);
export const SettingsIcon = icon(
  <>
    <path d="M2 4.5h7M12.5 4.5H14M2 11.5h1.5M7 11.5h7" />
    <circle cx="10.7" cy="4.5" r="1.7" />
    <circle cx="5.2" cy="11.5" r="1.7" />
  </>,
);
export const CopyIcon = icon(
  <>
    <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
    <path d="M10.5 5.5v-2A1.5 1.5 0 0 0 9 2H3.5A1.5 1.5 0 0 0 2 3.5V9a1.5 1.5 0 0 0 1.5 1.5h2" />
  </>,
);
export const CheckIcon = icon(<path d="m3 8.5 3.3 3.3L13 4.8" />);
export const CodeIcon = icon(<path d="m5 4.5-3.5 3.5L5 11.5M11 4.5l3.5 3.5-3.5 3.5" />);
export const ChevronRightIcon = icon(<path d="m6 3.5 4.5 4.5L6 12.5" />);
export const ChevronDownIcon = icon(<path d="m3.5 6 4.5 4.5L12.5 6" />);
export const FolderIcon = icon(
  <path d="M1.8 12V4A1.2 1.2 0 0 1 3 2.8h3l1.5 1.7H13A1.2 1.2 0 0 1 14.2 5.7V12A1.2 1.2 0 0 1 13 13.2H3A1.2 1.2 0 0 1 1.8 12z" />,
);
export const FileIcon = icon(<path d="M9 1.8H4A1.2 1.2 0 0 0 2.8 3v10A1.2 1.2 0 0 0 4 14.2h8a1.2 1.2 0 0 0 1.2-1.2V6zM9 1.8V6h4.2" />);
export const ColumnsIcon = icon(<path d="M2 3h12v10H2zM6 3v10M10 3v10" />);
export const DownloadIcon = icon(<path d="M8 2v8.5M4.5 7.5 8 11l3.5-3.5M2.5 13.8h11" />);
export const PrintIcon = icon(<path d="M4.5 6V2h7v4M4.5 11.5H2.5V6h11v5.5h-2M4.5 9.5h7V14h-7z" />);
export const CloseIcon = icon(<path d="m3.5 3.5 9 9M12.5 3.5l-9 9" />);
export const SunIcon = icon(
  <>
    <circle cx="8" cy="8" r="2.8" />
    <path d="M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9" />
  </>,
);
export const MoonIcon = icon(<path d="M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1z" />);
export const SystemIcon = icon(<path d="M2 3h12v8H2zM6 14h4M8 11v3" />);
